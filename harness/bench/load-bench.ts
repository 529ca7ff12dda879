import path from 'node:path';
import { type Generator, startGenerator } from '../load/generator.ts';
import { Engine } from './load-engine.ts';

export interface BenchSettings {
  readonly repetitions: number;
  /** Steady part of a window. */
  readonly seconds: number;
  readonly soakSeconds: number;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** Before the steady part of every window. */
export const warmUpSeconds = 1;

/** What every request takes at a slow target: long enough that each answer is an event of its own. */
export const slowServiceMs = 5;

/** Uses a generator of its own and ends it. */
export async function withGenerator<T>(
  { folder, signal }: BenchSettings,
  use: (engine: Engine, generator: Generator) => Promise<T>,
): Promise<T> {
  await using generator = await startGenerator({ runId: 'bench-load', logFile: path.join(folder, 'generator.log') });
  return await use(new Engine(generator, folder, signal), generator);
}

/** Runs each side once per repetition, every second time in the other order, and gives their results by repetition. */
export async function interleaved<Side extends string>(
  { repetitions, signal, note }: BenchSettings,
  title: string,
  sides: Readonly<Partial<Record<Side, (repetition: number) => Promise<number>>>>,
): Promise<ReadonlyMap<Side, number[]>> {
  const entries = Object.entries(sides) as [Side, (repetition: number) => Promise<number>][];
  const results = new Map(entries.map(([side]) => [side, [] as number[]]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    note(`${title}, repetition ${repetition + 1} of ${repetitions}`);
    for (const [side, measure] of repetition % 2 === 0 ? entries : entries.toReversed()) {
      signal.throwIfAborted();
      results.get(side)?.push(await measure(repetition));
    }
  }
  return results;
}

/** Pairs of one repetition, divided. */
export const ratios = (over: readonly number[] = [], under: readonly number[] = []) =>
  over.map((value, index) => value / (under[index] ?? Number.NaN));

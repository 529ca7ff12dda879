import { parseArgs } from 'node:util';

export interface BenchSettings {
  readonly points: number;
  readonly size: number;
  readonly ef: number;
  readonly limit: number;
  readonly queries: number;
  /** Interleaved rounds of each measurement. */
  readonly rounds: number;
  /** How long one round of searches lasts. */
  readonly roundMs: number;
  readonly seed: number;
  readonly upsertBatch: number;
  /** Targets hold from {@link fullPoints} on: below, what is fixed outweighs what grows with the points. */
  readonly isJudged: boolean;
}

/** From how many points on a run is judged. */
export const fullPoints = 50_000;
const flags = ['points', 'size', 'ef', 'rounds', 'seed'] as const;

function positive(name: string, text: string | undefined, standard: number): number {
  const value = text === undefined ? standard : Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`--${name} is "${text}"; it takes a whole number from 1 up`);
  }
  return value;
}

/** Reads the flags. Throws on unknown ones and on values that are no whole numbers. */
export function readSettings(args: readonly string[]): BenchSettings {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  const given = (name: (typeof flags)[number], standard: number) => positive(name, values[name] as string | undefined, standard);
  const points = given('points', fullPoints);
  const isShort = points < fullPoints;
  return {
    points,
    size: given('size', 384),
    ef: given('ef', 128),
    rounds: given('rounds', isShort ? 3 : 7),
    seed: given('seed', 20_260_705),
    limit: 10,
    queries: isShort ? 100 : 400,
    roundMs: isShort ? 300 : 1_500,
    upsertBatch: 250,
    isJudged: !isShort,
  };
}

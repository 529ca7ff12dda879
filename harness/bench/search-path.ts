import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { single } from '../../scenarios/topologies.ts';
import { Failure } from '../contract/failure.ts';
import type { Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';
import { startGenerator } from '../load/generator.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import { corpusOf } from '../run/corpus.ts';
import { type DrivenStep, drive } from '../run/drive.ts';
import { fill } from '../run/fill.ts';
import { judgeVariant } from '../run/judge-variant.ts';
import { MachineWatch } from '../run/machine-watch.ts';
import { percentileMs, steadyHistogram } from '../run/quantiles.ts';
import { createRunFolder } from '../run/run-folder.ts';
import { settle } from '../run/settle.ts';
import { benchCommand } from './bench-command.ts';

/*
 * How many searches a second go through gateway, query and vector node, with the generator on the same cores: open loop at rising
 * rates, questions that never repeat, no caches, an embedding provider that takes no time. A rate counts when the run is valid, its
 * p99 is below the limit, nothing fails and recall holds. A missed target is a finding, not a failure.
 */
const help = `npm run bench:search-path -- [--short] [--documents N] [--rates A,B,…] [--seconds S] [--cpu-prof FOLDER]

  --short            2,000 documents and two short rates: produces every row, decides nothing
  --documents N      corpus (default 50000), 384 dimensions
  --rates A,B        requests per second, one window each (default 300,400,500,600)
  --seconds S        length of a window (default 15)
  --cpu-prof FOLDER  a CPU profile of every process of the system
`;

const targetRate = 500;
const p99LimitMs = 100;
const recallLimit = 0.95;
const seed = 1;

interface Settings {
  readonly documents: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly profileFolder: string | undefined;
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, short: flag, documents: text, rates: text, seconds: text, 'cpu-prof': text };
  const usage = (message: string) => new Failure('usage', 'invalid_argument', message, { hint: help.split('\n')[0] ?? '' });
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    values = parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  const positive = (name: string, word: string) => {
    const value = Number(word);
    if (!(value > 0 && value <= 1_000_000)) {
      throw usage(`--${name} is "${word}", which is no number above 0`);
    }
    return value;
  };
  const short = values.short === true;
  return values.help === true
    ? undefined
    : {
        documents: positive('documents', values.documents ?? (short ? '2000' : '50000')),
        rates: (values.rates ?? (short ? '100,200' : '300,400,500,600')).split(',').map((rate) => positive('rates', rate)),
        seconds: positive('seconds', values.seconds ?? (short ? '3' : '15')),
        profileFolder: values['cpu-prof'] === undefined ? undefined : path.resolve(values['cpu-prof']),
      };
}

const workload: Workload = {
  ...singleVsSharded.workload,
  queries: { ...singleVsSharded.workload.queries, neverRepeatedShare: 1 },
  mix: { search: 1, ask: 0, upsert: 0 },
};

function outcomeOf(driven: DrivenStep, recall: number | undefined) {
  const { observation, validity, step } = driven;
  const { issued, succeeded } = observation.steady;
  const histogram = steadyHistogram([observation], 'search');
  const [p50, p99] = [percentileMs(histogram, 50), percentileMs(histogram, 99)];
  const passed =
    validity.verdict === 'valid' &&
    succeeded === issued &&
    p99 !== undefined &&
    p99 < p99LimitMs &&
    recall !== undefined &&
    recall >= recallLimit;
  return { rate: step.ratePerSecond ?? 0, issued, succeeded, p50, p99, recall, valid: validity, passed };
}

async function measure(settings: Settings, signal: AbortSignal): Promise<void> {
  const { documents, rates, seconds, profileFolder } = settings;
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const profile = { ...singleVsSharded.profiles.standard, documents, recallSamples: 500 };
  const corpus = corpusOf({ workload, settings: profile, seed });
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-'));
  try {
    await using stack = new AsyncDisposableStack();
    const platform = new LocalPlatform(
      profileFolder === undefined ? {} : { nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] },
    );
    const system = stack.use(
      await platform.start({
        runId: 'bench-search-path',
        runDirectory: path.join(folder, 'run'),
        variant: 'single',
        topology: single,
        dimensions: profile.dimensions,
        conceptCount: workload.corpus.concepts,
        conceptSeed: seed,
        tenants: corpus.tenants,
        signal,
      }),
    );
    note(`writing ${documents} documents`);
    const { sequences } = await fill({ system, documents: corpus.documents, signal });
    note(`indexed ${(await settle(system, signal)).toFixed(1)} s after the last write`);
    const runFolder = await createRunFolder(path.join(folder, 'load'));
    const generator = stack.use(await startGenerator({ runId: 'bench-search-path', logFile: path.join(folder, 'generator.log') }));
    const driven: DrivenStep[] = [];
    // The first window warms compilers and connections up and is not shown.
    for (const [index, ratePerSecond] of [rates[0] ?? 100, ...rates].entries()) {
      const step: Step = {
        id: `${String(index).padStart(3, '0')}-single-judged-${index + 1}`,
        order: index,
        variant: 'single',
        phase: 'judged',
        repetition: index + 1,
        ratePerSecond,
        warmUpSeconds: 1,
        steadySeconds: seconds,
        seed: seed * 1000 + index,
      };
      const prepared = corpus.prepare(step, system.apiKeys);
      const machine = new MachineWatch(platform, 'quick');
      driven.push(
        await drive({ step, system, generator, folder: runFolder, workload, prepared, machine, signal, onSecond: () => undefined }),
      );
      note(`${ratePerSecond}/s done`);
    }
    await stack.disposeAsync();
    const { steps } = await judgeVariant({
      topology: single,
      corpus,
      fillSequences: sequences,
      driven: driven.slice(1),
      settings: profile,
      limits: singleVsSharded.ladderLimits,
    });
    const outcomes = steps.map(({ driven: one, quality }) => outcomeOf(one, quality.recall?.mean));
    process.stdout.write(
      `vector-only search path, ${documents} x ${profile.dimensions}, gateway + query + vector node + generator on this machine, no caches\n\n`,
    );
    process.stdout.write(
      `${'offered'.padEnd(10)}${'answered'.padEnd(18)}${'p50'.padEnd(10)}${'p99'.padEnd(12)}${'recall@10'.padEnd(12)}run\n`,
    );
    for (const { rate, issued, succeeded, p50, p99, recall, valid, passed } of outcomes) {
      const ms = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(1)} ms`);
      const verdict =
        valid.verdict === 'valid' ? (passed ? 'valid, holds' : 'valid, a limit is broken') : `invalid: ${valid.reasons[0] ?? ''}`;
      process.stdout.write(
        `${`${rate}/s`.padEnd(10)}${`${succeeded} of ${issued}`.padEnd(18)}${ms(p50).padEnd(10)}${ms(p99).padEnd(12)}${(recall?.toFixed(4) ?? '–').padEnd(12)}${verdict}\n`,
      );
    }
    const best = Math.max(0, ...outcomes.filter(({ passed }) => passed).map(({ rate }) => rate));
    const judged = documents < 50_000 ? 'judged at 50,000 documents only' : best >= targetRate ? 'met' : 'missed';
    process.stdout.write(
      `\nhighest rate that holds ${best}/s, target ≥ ${targetRate}/s with p99 < ${p99LimitMs} ms and recall@10 ≥ ${recallLimit}: ${judged}\n`,
    );
    if (profileFolder !== undefined) {
      process.stdout.write(`CPU profiles: ${(await readdir(profileFolder)).map((file) => path.join(profileFolder, file)).join(', ')}\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await benchCommand(help, readSettings, measure);

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { hybrid, single } from '../../scenarios/topologies.ts';
import type { Step } from '../contract/plan.ts';
import type { Topology } from '../contract/topology.ts';
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
import { benchWords } from './bench-words.ts';

/*
 * How many searches a second go through gateway, query and vector node, with the generator on the same cores: open loop at rising
 * rates, questions that never repeat, no caches, an embedding provider that takes no time. A rate counts when the run is valid, its
 * p99 is below the limit, nothing fails and recall holds. A missed target is a finding, not a failure. Hybrid retrieval is driven at the
 * same rates and has no target.
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
  const { values, whole, number } = benchWords(help, words, options);
  const short = values.short === true;
  return values.help === true
    ? undefined
    : {
        documents: whole('documents', values.documents ?? (short ? '2000' : '50000'), 1, 1_000_000),
        rates: (values.rates ?? (short ? '100,200' : '300,400,500,600')).split(',').map((rate) => number('rates', rate, 1, 100_000)),
        seconds: number('seconds', values.seconds ?? (short ? '3' : '15'), 1, 3_600),
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
  const foreign = validity.checks.find(({ id }) => id === 'foreign-cpu')?.observed;
  const used = driven.processes?.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, observation.generator.cpuSeconds);
  // In a window that was too much for the machine the rest of its work is done after it.
  const cpuMs = used === undefined || succeeded === 0 ? undefined : (1000 * used) / succeeded;
  return { rate: step.ratePerSecond ?? 0, issued, succeeded, p50, p99, recall, cpuMs, foreign, valid: validity, passed };
}
type Outcome = ReturnType<typeof outcomeOf>;

const note = (text: string) => process.stderr.write(`${text}\n`);

/** Fills one system and drives it at every rate. */
async function outcomesOf(topology: Topology, settings: Settings, folder: string, signal: AbortSignal): Promise<Outcome[]> {
  const { documents, rates, seconds, profileFolder } = settings;
  const profile = { ...singleVsSharded.profiles.standard, documents, recallSamples: 500 };
  const corpus = corpusOf({ workload, settings: profile, seed });
  await using stack = new AsyncDisposableStack();
  const platform = new LocalPlatform(
    profileFolder === undefined ? {} : { nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${path.join(profileFolder, topology.id)}`] },
  );
  const system = stack.use(
    await platform.start({
      runId: 'bench-search-path',
      runDirectory: path.join(folder, 'run'),
      variant: topology.id,
      topology,
      dimensions: profile.dimensions,
      conceptCount: workload.corpus.concepts,
      conceptSeed: seed,
      tenants: corpus.tenants,
      signal,
    }),
  );
  note(`${topology.id}: writing ${documents} documents`);
  const { sequences } = await fill({ system, documents: corpus.documents, signal });
  note(`${topology.id}: indexed ${(await settle(system, signal)).toFixed(1)} s after the last write`);
  const runFolder = await createRunFolder(path.join(folder, 'load', topology.id));
  const generator = stack.use(await startGenerator({ runId: 'bench-search-path', logFile: path.join(folder, 'generator.log') }));
  const driven: DrivenStep[] = [];
  // The first window warms compilers and connections up and is not shown.
  for (const [index, ratePerSecond] of [rates[0] ?? 100, ...rates].entries()) {
    const step: Step = {
      id: `${String(index).padStart(3, '0')}-${topology.id}-judged-${index + 1}`,
      order: index,
      variant: topology.id,
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
    note(`${topology.id}: ${ratePerSecond}/s done`);
  }
  await stack.disposeAsync();
  const { steps } = await judgeVariant({
    topology,
    corpus,
    fillSequences: sequences,
    driven: driven.slice(1),
    settings: profile,
    limits: singleVsSharded.ladderLimits,
  });
  return steps.map(({ driven: one, quality }) => outcomeOf(one, quality.recall?.mean));
}

/** Prints a row per rate and answers with the highest rate that holds; 0 where none does. */
function printed(outcomes: readonly Outcome[]): number {
  const row = (...cells: readonly string[]) =>
    process.stdout.write(`${cells.map((cell, place) => cell.padEnd([10, 18, 10, 12, 12, 12, 12, 0][place] ?? 0)).join('')}\n`);
  row('offered', 'answered', 'p50', 'p99', 'recall@10', 'CPU', 'others', 'run');
  for (const { rate, issued, succeeded, p50, p99, recall, cpuMs, foreign, valid, passed } of outcomes) {
    const ms = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(value < 10 ? 2 : 1)} ms`);
    const verdict =
      valid.verdict === 'valid' ? (passed ? 'valid, holds' : 'valid, a limit is broken') : `invalid: ${valid.reasons[0] ?? ''}`;
    const others = foreign === undefined ? '–' : `${(foreign * 100).toFixed(1)} %`;
    row(`${rate}/s`, `${succeeded} of ${issued}`, ms(p50), ms(p99), recall?.toFixed(4) ?? '–', ms(cpuMs), others, verdict);
  }
  return Math.max(0, ...outcomes.filter(({ passed }) => passed).map(({ rate }) => rate));
}

async function measure(settings: Settings, signal: AbortSignal): Promise<void> {
  const { documents, profileFolder } = settings;
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-'));
  try {
    const dense = await outcomesOf(single, settings, folder, signal);
    process.stdout.write(
      `vector-only search path, ${documents} x ${singleVsSharded.profiles.standard.dimensions}, gateway + query + vector node + generator on this machine, no caches\nCPU: of all processes and the generator, per search; others: share of the machine that other processes used\n\n`,
    );
    const best = printed(dense);
    const judged = documents < 50_000 ? 'judged at 50,000 documents only' : best >= targetRate ? 'met' : 'missed';
    process.stdout.write(
      `\nhighest rate that holds ${best}/s, target ≥ ${targetRate}/s with p99 < ${p99LimitMs} ms and recall@10 ≥ ${recallLimit}: ${judged}\n\nhybrid, for comparison; no target\n\n`,
    );
    printed(await outcomesOf(hybrid(single), settings, folder, signal));
    if (profileFolder !== undefined) {
      const files = await readdir(profileFolder, { recursive: true });
      process.stdout.write(
        `\nCPU profiles: ${files
          .filter((file) => file.endsWith('.cpuprofile'))
          .map((file) => path.join(profileFolder, file))
          .join(', ')}\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await benchCommand(help, readSettings, measure);

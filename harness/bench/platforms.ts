import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { routerHash, single } from '../../scenarios/topologies.ts';
import type { MetricId } from '../contract/metrics.ts';
import type { Step } from '../contract/plan.ts';
import { compare } from '../gates/comparison.ts';
import { startGenerator } from '../load/generator.ts';
import { DockerPlatform } from '../platform/docker/docker-platform.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import type { Platform, RunningSystem } from '../platform/platform.ts';
import { corpusOf } from '../run/corpus.ts';
import { type DrivenStep, drive } from '../run/drive.ts';
import { fill } from '../run/fill.ts';
import { MachineWatch } from '../run/machine-watch.ts';
import { meanMs, percentileMs, steadyHistogram } from '../run/quantiles.ts';
import { createRunFolder } from '../run/run-folder.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';

/*
 * What Docker costs: the same topology as processes and as containers, in interleaved repetitions, with quotas so large
 * that they do not bind; and how long the two variants of single-vs-sharded take to start and to go. Prints ratios with
 * their intervals. A missed target is a finding, not a failure.
 */
const help = `npm run bench:platforms -- [--short] [--repetitions N] [--seconds S] [--rate R]

  --short          two short repetitions: produces every row, decides nothing
  --repetitions N  pairs of windows (default 8; fewer than 6 admit no 95 % interval)
  --seconds S      length of a window (default 6)
  --rate R         requests per second (default 60)
`;

const startTargetSeconds = 15;
const stopTargetSeconds = 10;
const seed = 1;
/** What the engine itself spends on running containers and passing on their traffic. */
const engineProcesses = /^(dockerd|containerd|containerd-shim|docker-proxy)/;
const ticksPerSecond = 100;

interface Settings {
  readonly repetitions: number;
  readonly seconds: number;
  readonly rate: number;
  readonly starts: number;
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, whole, number } = benchWords(help, words, { help: flag, short: flag, repetitions: text, seconds: text, rate: text });
  const short = values.short === true;
  return values.help === true
    ? undefined
    : {
        repetitions: whole('repetitions', values.repetitions ?? (short ? '2' : '8'), 1, 100),
        seconds: number('seconds', values.seconds ?? (short ? '2' : '6'), 1, 3_600),
        rate: number('rate', values.rate ?? '60', 1, 10_000),
        starts: short ? 1 : 3,
      };
}

/** CPU seconds of the engine's processes on this machine since they started; 0 where /proc does not tell. */
function engineCpuSeconds(): number {
  let ticks = 0;
  let names: string[] = [];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    // An engine elsewhere, such as in the virtual machine of a Mac, cannot be looked at.
    return 0;
  }
  for (const pid of names) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const close = stat.lastIndexOf(')');
      if (engineProcesses.test(stat.slice(stat.indexOf('(') + 1, close))) {
        const fields = stat.slice(close + 2).split(' ');
        ticks += Number(fields[11]) + Number(fields[12]);
      }
    } catch {
      // It has ended since the folder was read.
    }
  }
  return ticks / ticksPerSecond;
}

const profile = { ...singleVsSharded.profiles.smoke, documents: 5_000, dimensions: 128 };
const { workload } = singleVsSharded;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
  const startMs = performance.now();
  const value = await work();
  return { seconds: (performance.now() - startMs) / 1000, value };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Starts and ends both variants of the scenario, as a run does. */
async function timeStarts(platform: Platform, folder: string, starts: number, tenants: readonly string[]) {
  const seconds = { start: [] as number[], stop: [] as number[] };
  for (let turn = 0; turn < starts; turn += 1) {
    const runId = `bench-starts-${platform.id}-${turn}`;
    const started = await timed(async () =>
      Promise.all(
        [single, routerHash(3)].map(async (topology) =>
          platform.start({
            runId,
            runDirectory: path.join(folder, runId),
            variant: topology.id,
            topology,
            dimensions: 64,
            conceptCount: 16,
            conceptSeed: 1,
            tenants,
          }),
        ),
      ),
    );
    seconds.start.push(started.seconds);
    const stopped = await timed(async () => Promise.all(started.value.map(async (system) => system.stop())));
    seconds.stop.push(stopped.seconds);
  }
  return seconds;
}

interface Measured {
  readonly driven: DrivenStep;
  readonly engineCpu: number;
}

const perThousand = (seconds: number, { driven }: Measured) => (1000 * seconds) / driven.observation.steady.issued;
const systemCpu = (measured: Measured) =>
  perThousand(
    (measured.driven.processes ?? []).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    measured,
  );
const response = (measured: Measured, of: (histogram: ReturnType<typeof steadyHistogram>) => number | undefined) =>
  of(steadyHistogram([measured.driven.observation], 'search')) ?? 0;

const rows: readonly (readonly [string, MetricId, (measured: Measured) => number])[] = [
  ['mean search response', 'search-response-mean', (measured) => response(measured, meanMs)],
  ['p50 search response', 'search-response-p50', (measured) => response(measured, (histogram) => percentileMs(histogram, 50))],
  ['p95 search response', 'search-response-p95', (measured) => response(measured, (histogram) => percentileMs(histogram, 95))],
  ['CPU of the system per 1,000 requests', 'cpu-seconds-per-1k', systemCpu],
  [
    'the same with the engine’s own processes',
    'cpu-seconds-per-1k',
    (measured) => systemCpu(measured) + perThousand(measured.engineCpu, measured),
  ],
];

async function measure(settings: Settings, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-'));
  const platforms: readonly Platform[] = [new LocalPlatform(), new DockerPlatform()];
  const corpus = corpusOf({ workload, settings: profile, seed });
  const note = (text: string) => process.stderr.write(`${text}\n`);
  try {
    await using stack = new AsyncDisposableStack();
    const systems: RunningSystem[] = [];
    for (const platform of platforms) {
      note(`starting ${platform.id}`);
      const system = stack.use(
        await platform.start({
          runId: `bench-platforms-${platform.id}`,
          runDirectory: path.join(folder, platform.id),
          variant: 'single',
          topology: { ...single, quota: { cpus: availableParallelism(), memoryMiB: 1024 } },
          dimensions: profile.dimensions,
          conceptCount: workload.corpus.concepts,
          conceptSeed: seed,
          tenants: corpus.tenants,
          signal,
        }),
      );
      await fill({ system, documents: corpus.documents, signal });
      systems.push(system);
    }
    const runFolder = await createRunFolder(path.join(folder, 'load'));
    const generator = stack.use(await startGenerator({ runId: 'bench-platforms', logFile: path.join(folder, 'generator.log') }));
    const measured = new Map(platforms.map(({ id }) => [id, [] as Measured[]]));
    for (let round = 0; round <= settings.repetitions; round += 1) {
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const index of order) {
        const [platform, system] = [platforms[index], systems[index]];
        if (platform === undefined || system === undefined) {
          continue;
        }
        const step: Step = {
          id: `${round}-${platform.id}-judged-1`,
          order: round,
          variant: 'single',
          phase: 'judged',
          repetition: round + 1,
          ratePerSecond: settings.rate,
          warmUpSeconds: 0.5,
          steadySeconds: settings.seconds,
          seed: seed * 1000 + round,
        };
        const before = engineCpuSeconds();
        const driven = await drive({
          step,
          system,
          generator,
          folder: runFolder,
          workload,
          prepared: corpus.prepare(step, system.apiKeys),
          machine: new MachineWatch(platform, 'quick'),
          signal,
          onSecond: () => undefined,
        });
        note(`round ${round} ${platform.id}: ${driven.validity.verdict}`);
        // Round 0 warms everything up.
        if (round > 0) {
          measured.get(platform.id)?.push({ driven, engineCpu: platform.id === 'docker' ? engineCpuSeconds() - before : 0 });
        }
      }
    }
    await stack.disposeAsync();
    report(measured, settings);
    const starts = new Map<string, Awaited<ReturnType<typeof timeStarts>>>();
    for (const platform of platforms) {
      note(`starting and stopping both variants on ${platform.id}`);
      starts.set(platform.id, await timeStarts(platform, folder, settings.starts, corpus.tenants));
    }
    reportStarts(starts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report(measured: ReadonlyMap<string, readonly Measured[]>, { repetitions, seconds, rate }: Settings): void {
  const [local = [], docker = []] = [measured.get('local'), measured.get('docker')];
  process.stdout.write(
    `Docker ÷ local, one topology (single), ${repetitions} interleaved pairs of ${seconds} s at ${rate}/s, no quota binds\n\n`,
  );
  for (const [title, metric, figureOf] of rows) {
    const pairs = local.flatMap((one, index) => {
      const other = docker[index];
      return other === undefined || one.driven.validity.verdict === 'invalid' || other.driven.validity.verdict === 'invalid'
        ? []
        : [{ baseline: figureOf(one), variant: figureOf(other) }];
    });
    const ratio = compare({ metric, baseline: 'local', variant: 'docker', resourceRule: 'equal-total', pairs });
    const interval = ratio?.interval === undefined ? 'no interval' : `${ratio.interval.low.toFixed(2)}–${ratio.interval.high.toFixed(2)}`;
    const text = ratio === undefined ? 'no valid pair' : `${ratio.ratio.toFixed(2)} × (${interval}, ${ratio.pairs} pairs)`;
    process.stdout.write(`${title.padEnd(44)} ${text}\n`);
  }
}

function reportStarts(starts: ReadonlyMap<string, { readonly start: readonly number[]; readonly stop: readonly number[] }>): void {
  process.stdout.write('\nboth variants of single-vs-sharded, one router of three shards among them, images present; median\n\n');
  for (const [platform, { start, stop }] of starts) {
    const judged = (seconds: number, target: number) =>
      platform === 'docker' ? ` (target ≤ ${target} s: ${seconds <= target ? 'met' : 'missed'})` : '';
    const [started, stopped] = [median(start), median(stop)];
    process.stdout.write(
      `${platform.padEnd(8)} ready after ${started.toFixed(1)} s${judged(started, startTargetSeconds)}, gone after ${stopped.toFixed(1)} s${judged(stopped, stopTargetSeconds)}, ${start.length} ${start.length === 1 ? 'start' : 'starts'}\n`,
    );
  }
}

await benchCommand(help, readSettings, measure);

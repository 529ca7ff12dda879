import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf, startStallingServer } from '../load/testing/start-stalling-server.ts';
import { sampleProcesses } from '../platform/local/process-sample.ts';
import { type BenchSettings, slowServiceMs, warmUpSeconds, withGenerator } from './load-bench.ts';
import { type EngineRun, steadyMs } from './load-engine.ts';
import { startTarget } from './load-peers.ts';
import { atLeast, atMost, type Row } from './load-table.ts';

/** Puts a process with all its threads on one core; false where the machine has no tool for that. */
function pin(pid: number): boolean {
  return spawnSync('taskset', ['-a', '-c', '-p', '0', String(pid)], { stdio: 'ignore' }).status === 0;
}

/** A rate that takes a large part of one core. */
export async function fastRows(settings: BenchSettings): Promise<Row[]> {
  const ratePerSecond = 15_000;
  await using target = await startTarget();
  return await withGenerator(settings, async (engine) => {
    const pinned = pin(engine.pid);
    const runs: EngineRun[] = [];
    for (let repetition = 0; repetition < settings.repetitions; repetition += 1) {
      settings.note(`open loop at ${ratePerSecond}/s, repetition ${repetition + 1} of ${settings.repetitions}`);
      runs.push(
        await engine.open({
          port: target.port,
          connections: 64,
          arrivals: 'poisson',
          ratePerSecond,
          warmUpSeconds,
          steadySeconds: settings.seconds,
          seed: repetition + 1,
        }),
      );
    }
    const of = (figure: (run: EngineRun) => number) => runs.map(figure);
    const note = pinned ? 'pinned to one core' : 'not pinned to a core: no taskset';
    return [
      {
        title: `open loop, ${ratePerSecond}/s: answered ÷ scheduled`,
        kind: 'ratio',
        values: of(({ observation: { steady } }) => steady.succeeded / steady.issued),
        target: atLeast(0.999),
        note,
      },
      {
        title: '… lag p99',
        kind: 'figure',
        unit: 'ms',
        values: of(({ observation }) => steadyMs(observation, 'lag', 99)),
        target: atMost(2, '≤ 2 ms'),
        note,
      },
      {
        title: '… cores in use',
        kind: 'figure',
        values: of(({ observation }) => observation.generator.cpuSeconds / (warmUpSeconds + settings.seconds)),
        target: atMost(1),
        note,
      },
    ];
  });
}

/** A thousand users who think one to three seconds. */
export async function userRows(settings: BenchSettings): Promise<Row[]> {
  const users = 1000;
  const rampUpSeconds = 2;
  await using server = await startStallingServer(slowServiceMs);
  return await withGenerator(settings, async (engine) => {
    const cores: number[] = [];
    for (let repetition = 0; repetition < settings.repetitions; repetition += 1) {
      settings.note(`${users} users, repetition ${repetition + 1} of ${settings.repetitions}`);
      const { observation } = await engine.closed({
        port: server.port,
        connections: users,
        users,
        thinkTime: { distribution: 'uniform', minimumMs: 1000, maximumMs: 3000 },
        rampUpSeconds,
        warmUpSeconds: rampUpSeconds,
        steadySeconds: settings.seconds,
        seed: repetition + 1,
      });
      cores.push(observation.generator.cpuSeconds / (rampUpSeconds + settings.seconds));
    }
    return [
      {
        title: `${users} users, think 1–3 s: share of one core`,
        kind: 'figure',
        unit: '%',
        values: cores.map((share) => 100 * share),
        target: atMost(25, '≤ 25 %'),
      },
    ];
  });
}

/** Memory of a generator of its own over one long window. */
export async function soakRow(settings: BenchSettings): Promise<Row> {
  const ratePerSecond = 500;
  const { soakSeconds, signal } = settings;
  settings.note(`soak at ${ratePerSecond}/s for ${soakSeconds} s`);
  await using target = await startTarget();
  const samples = await withGenerator(settings, async (engine) => {
    const bytes: number[] = [];
    const ended = new AbortController();
    const watching = (async () => {
      while (!ended.signal.aborted) {
        const [sample] = await sampleProcesses([{ tier: 'gateway', id: 'generator', pid: engine.pid }]);
        bytes.push(...(sample?.residentBytes === undefined ? [] : [sample.residentBytes]));
        await delay(1000, undefined, { signal: AbortSignal.any([ended.signal, signal]) }).catch(() => undefined);
      }
    })();
    try {
      await engine.open({
        port: target.port,
        connections: 32,
        arrivals: 'poisson',
        ratePerSecond,
        warmUpSeconds: 0,
        steadySeconds: soakSeconds,
        seed: 1,
        history: 'full',
      });
    } finally {
      ended.abort();
      await watching;
    }
    return bytes;
  });
  // The first tenth is the start: code is compiled and the heap finds its size.
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const middle = (values: readonly number[]) => percentileOf(values, 50);
  const growth = middle(samples.slice(-tenth)) / middle(samples.slice(tenth, 2 * tenth)) - 1;
  const minutes = soakSeconds / 60;
  return {
    title: `soak at ${ratePerSecond}/s: growth of memory`,
    kind: 'figure',
    unit: '%',
    values: samples.length < 3 ? [] : [100 * growth],
    target: atMost(5, '< 5 %'),
    note: `${minutes >= 1 ? `${minutes} min` : `${soakSeconds} s only: too short to decide`}, from the second tenth to the last, ${(middle(samples.slice(-tenth)) / 2 ** 20).toFixed(0)} MiB at the end`,
  };
}

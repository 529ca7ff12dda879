import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { schedule, scheduleHash } from '../arrivals/index.ts';
import type { Failure } from '../contract/failure.ts';
import { type Observation, observationSchema } from '../contract/observation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import { decode } from '../measurement/histogram.ts';
import type { GeneratorEvent } from './protocol.ts';
import { loadPlan, outcomesOf, readOperations, testFolder, unexplained, writePlan } from './testing/load-plan.ts';
import { startMisbehavingServer } from './testing/misbehaving-server.ts';
import { startGenerators } from './worker-group.ts';

const start = (folder: string, workers: number) =>
  startGenerators({ runId: 'worker-group-test', logFile: path.join(folder, 'generator.log'), workers });

/** Every third request is not found, so that the counts have something to tell. */
function openPlan(port: number, folder: string): LoadPlan {
  const offsetsUs = schedule('poisson', { ratePerSecond: 300, durationMs: 2000, seed: 4 });
  const names = offsetsUs.map((_, job) => (job % 3 === 0 ? 'not-found' : 'ok'));
  return loadPlan(port, folder, names, { offsetsUs, warmUpMs: 500, steadyMs: 1500, connections: 12, deadlineMs: 5000 });
}

function closedPlan(port: number, folder: string): LoadPlan {
  const requests = ['ok', 'not-found'].map((name) => ({ kind: 'search', method: 'GET', path: `/${name}`, headers: {} }) as const);
  return loadPlan(port, folder, [], {
    requests,
    warmUpMs: 0,
    steadyMs: 1500,
    connections: 30,
    deadlineMs: 5000,
    closedLoop: {
      seed: 1,
      thinkTime: { distribution: 'uniform', minimumMs: 100, maximumMs: 200 },
      turnsPerSession: 1,
      population: 30,
      users: Array.from({ length: 30 }, (_, user) => ({ user, startUs: user * 10_000, script: [0, 1, 0] })),
    },
  });
}

const responses = ({ histograms }: Observation) =>
  histograms
    .filter(({ timing, window }) => timing === 'response' && window === 'steady')
    .reduce((sum, { encoded }) => sum + decode(encoded).totalCount, 0);

describe('several load processes', () => {
  it('send the same jobs at the same moments with the same outcomes as one', async () => {
    await using server = await startMisbehavingServer();
    const run = async (workers: number) => {
      using folder = testFolder();
      await using generator = await start(folder.path, workers);
      const plan = openPlan(server.port, path.join(folder.path, 'out'));
      const events: GeneratorEvent[] = [];
      const observation = await generator.run(writePlan(plan, folder.path), { onEvent: (event) => void events.push(event) });
      const operations = readOperations(plan.outputDirectory);
      const atUs = operations.map((operation) => (operation.type === 'invoke' ? operation.invokedUs : operation.doneUs));
      const saved: unknown = JSON.parse(readFileSync(path.join(plan.outputDirectory, 'observation.json'), 'utf8'));
      return {
        plan,
        observation,
        operations,
        saved,
        inOrder: atUs.every((us, index) => us >= (atUs[index - 1] ?? 0)),
        events: events.map(({ event }) => event),
        files: readdirSync(plan.outputDirectory).sort(),
        pids: generator.pids,
      };
    };
    const [one, three] = [await run(1), await run(3)];
    expect(new Set(three.pids).size).toBe(3);
    for (const { plan, observation, operations, saved } of [one, three]) {
      expect(observationSchema.parse(saved)).toEqual(observation);
      expect(unexplained(observation)).toBe(0);
      outcomesOf(operations, plan.offsetsUs.length);
      const planned = operations.flatMap((operation) =>
        operation.type === 'invoke' ? [[operation.job, operation.intendedUs] as const] : [],
      );
      expect(planned.toSorted(([a], [b]) => a - b)).toEqual(plan.offsetsUs.map((offsetUs, job) => [job, offsetUs]));
      expect(observation.generator.scheduleHash).toBe(scheduleHash(plan.offsetsUs));
      expect(responses(observation)).toBe(observation.steady.issued + observation.steady.succeeded);
      expect(observation.seconds.reduce((sum, { done }) => sum + done, 0)).toBe(
        observation.warmUp.succeeded + observation.steady.succeeded,
      );
    }
    expect(three.observation.steady).toEqual(one.observation.steady);
    expect(three.observation.warmUp).toEqual(one.observation.warmUp);
    // A late answer may touch a third second; all jobs were due in the first two.
    const arrivals = ({ seconds }: Observation) => seconds.slice(0, 2).map((second) => second.arrivals);
    expect(arrivals(three.observation)).toEqual(arrivals(one.observation));
    expect(three.inOrder).toBe(true);
    expect(three.events.filter((event) => event !== 'second')).toEqual(one.events.filter((event) => event !== 'second'));
    expect(three.files).toEqual(one.files);
    expect(one.observation.generator.workers).toBeUndefined();
    const { workers = [], cpuSeconds } = three.observation.generator;
    expect(workers).toHaveLength(3);
    expect(workers.reduce((sum, worker) => sum + worker.issued, 0)).toBe(three.plan.offsetsUs.length);
    expect(workers.reduce((sum, worker) => sum + worker.cpuSeconds, 0)).toBeCloseTo(cpuSeconds, 9);
  });

  it('divide the users of a closed loop, who ask the same', async () => {
    await using server = await startMisbehavingServer();
    const run = async (workers: number) => {
      using folder = testFolder();
      await using generator = await start(folder.path, workers);
      const plan = closedPlan(server.port, path.join(folder.path, 'out'));
      const observation = await generator.run(writePlan(plan, folder.path));
      expect(unexplained(observation)).toBe(0);
      const operations = readOperations(plan.outputDirectory);
      const kinds = new Map(operations.flatMap((one) => (one.type === 'invoke' ? [] : [[one.id, one.type] as const])));
      return { observation, kinds };
    };
    const [one, three] = [await run(1), await run(3)];
    expect(three.observation.generator.scheduleHash).toBe(one.observation.generator.scheduleHash);
    const common = [...one.kinds.keys()].filter((id) => three.kinds.has(id));
    expect(common.length).toBeGreaterThan(100);
    expect(common.map((id) => three.kinds.get(id))).toEqual(common.map((id) => one.kinds.get(id)));
  });

  it('one that dies fails the step, and the others are ended with it', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path, 3);
    const output = path.join(folder.path, 'out');
    const plan = { ...openPlan(server.port, output), steadyMs: 20_000 };
    const onEvent = ({ event }: GeneratorEvent) => event === 'second' && process.kill(generator.pids[1] as number, 'SIGKILL');
    const failure = (await generator.run(writePlan(plan, folder.path), { onEvent }).then(
      () => undefined,
      (error: unknown) => error,
    )) as Failure;
    expect(failure).toMatchObject({ code: 'generator_died' });
    expect(failure.message).toContain('SIGKILL');
    for (const pid of generator.pids) {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
    // The plans held keys; the histories are evidence.
    expect([0, 1, 2].map((index) => existsSync(path.join(output, `worker-${index}`, 'load-plan.json')))).toEqual([false, false, false]);
    expect([0, 1, 2].map((index) => existsSync(path.join(output, `worker-${index}`, 'operations.jsonl')))).toEqual([true, true, true]);
  });

  it('can be cut short together', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    await using generator = await start(folder.path, 2);
    const controller = new AbortController();
    const plan = openPlan(server.port, path.join(folder.path, 'out'));
    const onEvent = ({ event }: GeneratorEvent) => event === 'second' && controller.abort();
    const observation = await generator.run(writePlan(plan, folder.path), { onEvent, signal: controller.signal });
    const issued = observation.warmUp.issued + observation.steady.issued;
    expect(issued).toBeGreaterThan(0);
    expect(issued).toBeLessThan(plan.offsetsUs.length);
    expect(unexplained(observation)).toBe(0);
  });

  it('refuse a plan that they cannot share', async () => {
    using folder = testFolder();
    await using generator = await start(folder.path, 3);
    const plan = loadPlan(1, path.join(folder.path, 'out'), ['ok'], { connections: 2 });
    await expect(generator.run(writePlan(plan, folder.path))).rejects.toThrow('3 workers cannot share 2 connections');
  });
});

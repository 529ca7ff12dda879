import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { schedule, scheduleHash } from '../arrivals/index.ts';
import { observationSchema } from '../contract/observation.ts';
import type { LoadPlan, Step } from '../contract/plan.ts';
import { judgeStep } from '../measurement/validity.ts';
import { type ExecuteOptions, executePlan } from './execute-plan.ts';
import type { GeneratorEvent } from './protocol.ts';
import { loadPlan, nameOf, outcomesOf, readOperations, testFolder, unexplained } from './testing/load-plan.ts';
import { startMisbehavingServer } from './testing/misbehaving-server.ts';

const ratePerSecond = 200;
const steadySeconds = 2;
const step: Step = {
  id: 'test-step',
  order: 0,
  variant: 'single',
  phase: 'judged',
  repetition: 1,
  ratePerSecond,
  warmUpSeconds: 0.5,
  steadySeconds,
  seed: 1,
};

function constantPlan(port: number, folder: string, changes: Partial<LoadPlan> = {}): LoadPlan {
  const offsetsUs = schedule('constant', { ratePerSecond, durationMs: 2500, seed: 1 });
  const paths = offsetsUs.map(() => 'ok');
  return loadPlan(port, folder, paths, { offsetsUs, warmUpMs: 500, steadyMs: steadySeconds * 1000, connections: 16, ...changes });
}

const options = (changes: Partial<ExecuteOptions> = {}): ExecuteOptions => ({
  onEvent: () => {},
  signal: new AbortController().signal,
  realTimeScheduling: false,
  ...changes,
});

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // Busy on purpose: this is what a garbage collection or a greedy neighbour does to a generator.
  }
}

describe('executePlan', () => {
  it('records a step completely: events, counts, seconds, histograms, history', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const plan = constantPlan(server.port, folder.path);
    const events: GeneratorEvent[] = [];
    const observation = await executePlan(plan, options({ onEvent: (event) => void events.push(event) }));
    const saved: unknown = JSON.parse(readFileSync(path.join(folder.path, 'observation.json'), 'utf8'));
    expect(observationSchema.parse(saved)).toEqual(observation);

    expect(observation.warmUp).toEqual({ issued: 100, succeeded: 100, failed: {} });
    expect(observation.steady).toEqual({ issued: 400, succeeded: 400, failed: {} });
    expect(observation.generator.scheduleHash).toBe(scheduleHash(plan.offsetsUs));
    expect(observation.generator.transport).toBe('autocannon 9.0.0');

    const [first, ...later] = events.map(({ event }) => event);
    expect(first).toBe('epoch');
    expect(later.filter((event) => event !== 'second')).toEqual(['steady', 'steady-end']);
    expect(events.filter(({ event }) => event === 'second')).toHaveLength(3);

    expect(observation.seconds.map(({ second }) => second)).toEqual([0, 1, 2]);
    expect(observation.seconds.map(({ arrivals }) => arrivals)).toEqual([200, 200, 100]);
    const total = (pick: (second: (typeof observation.seconds)[number]) => number) =>
      observation.seconds.reduce((sum, second) => sum + pick(second), 0);
    expect(total(({ sent }) => sent)).toBe(500);
    expect(total(({ done }) => done)).toBe(500);
    expect(total(({ searchResponseUs }) => searchResponseUs?.sampleCount ?? 0)).toBe(500);

    for (const window of ['warm-up', 'steady'] as const) {
      const records = observation.histograms.filter((record) => record.window === window);
      expect(records.map(({ outcome, timing }) => `${outcome} ${timing}`).toSorted()).toEqual(
        ['all', 'success'].flatMap((outcome) => ['client-wait', 'lag', 'response', 'service'].map((timing) => `${outcome} ${timing}`)),
      );
      expect(records.every(({ sampleCount }) => sampleCount === (window === 'steady' ? 400 : 100))).toBe(true);
    }
    expect(readFileSync(path.join(folder.path, 'response-search.hgrm'), 'utf8')).toContain('Total count    =          400');

    const operations = readOperations(folder.path);
    for (const outcome of outcomesOf(operations, 500)) {
      expect(outcome).toMatchObject({ type: 'ok', status: 200, body: outcome.id });
    }
    for (const operation of operations) {
      if (operation.type === 'invoke') {
        expect(operation.intendedUs).toBe(plan.offsetsUs[operation.job]);
        expect(operation.invokedUs).toBeGreaterThanOrEqual(operation.intendedUs);
      } else if (operation.type === 'ok') {
        expect(operation.doneUs).toBeGreaterThanOrEqual(operation.sentUs);
      }
    }
  });

  it('is INVALID when the generator was blocked for 50 ms', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const onEvent = ({ event }: GeneratorEvent) => {
      if (event === 'steady') {
        setTimeout(() => blockFor(50), 500);
      }
    };
    const observation = await executePlan(constantPlan(server.port, folder.path), options({ onEvent }));
    const { verdict, reasons, checks } = judgeStep(observation, step, 'constant');
    expect(verdict).toBe('invalid');
    expect(reasons.join(' ')).toMatch(/jobs late: lag p99/);
    // 10 of 400 jobs fell into the 50 ms; at least two of them are later than chance allows.
    expect(checks.find(({ id }) => id === 'lag-p99')?.observed).toBeGreaterThan(5);
    // What the block did to the jobs is in their response times too: nothing is left out of the headline.
    expect(Math.max(...observation.seconds.map(({ searchResponseUs }) => searchResponseUs?.p99 ?? 0))).toBeGreaterThan(20_000);
  });

  it('stops on request: nothing more is fired, what is in flight is unfinished, and all of it is on record', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const controller = new AbortController();
    const onEvent = ({ event }: GeneratorEvent) => {
      if (event === 'second') {
        controller.abort();
      }
    };
    const hanging = constantPlan(server.port, folder.path, { deadlineMs: 60_000, connections: 8 });
    const plan = { ...hanging, requests: hanging.requests.map((request) => ({ ...request, path: '/hang' })) };
    const observation = await executePlan(plan, options({ onEvent, signal: controller.signal }));
    const { warmUp, steady } = observation;
    const issued = warmUp.issued + steady.issued;
    expect(issued).toBeGreaterThanOrEqual(200);
    expect(issued).toBeLessThan(plan.offsetsUs.length);
    expect(unexplained(observation)).toBe(0);
    expect((warmUp.failed.unfinished ?? 0) + (steady.failed.unfinished ?? 0)).toBe(8);
    const names = outcomesOf(readOperations(folder.path), issued).map(nameOf);
    expect(names.filter((name) => name === 'unfinished')).toHaveLength(8);
    expect(names.filter((name) => name === 'dropped')).toHaveLength(issued - 8);
    expect(judgeStep(observation, step, 'constant').verdict).toBe('invalid');
  });

  it.each(['none', 'sampled'] as const)('counts everything although its history holds %s of it', async (history) => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const observation = await executePlan(constantPlan(server.port, folder.path, { history }), options());
    expect(observation.steady).toEqual({ issued: 400, succeeded: 400, failed: {} });
    const operations = readFileSync(path.join(folder.path, 'operations.jsonl'), 'utf8') === '' ? [] : readOperations(folder.path);
    const invoked = operations.flatMap((operation) => (operation.type === 'invoke' ? [operation.id] : []));
    // 500 jobs with those of the warm-up.
    expect(history === 'none' ? invoked : invoked.slice(20)).toEqual([]);
    expect(invoked.length > 0).toBe(history === 'sampled');
    expect(operations.flatMap((operation) => (operation.type === 'ok' ? [operation.id] : []))).toEqual(invoked);
  });

  it('can be stopped before it began', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const observation = await executePlan(constantPlan(server.port, folder.path), options({ signal: AbortSignal.abort() }));
    expect(observation.warmUp.issued + observation.steady.issued).toBe(0);
    expect(server.received.size).toBe(0);
  });

  it('runs a plan without jobs to its end', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const plan = { ...constantPlan(server.port, folder.path), offsetsUs: [], requestOf: [], warmUpMs: 0, steadyMs: 100 };
    const observation = await executePlan(plan, options());
    expect(observation.steady.issued).toBe(0);
    expect(judgeStep(observation, step, 'constant').verdict).toBe('invalid');
  });

  it.each([
    ['offsets without requests', { requestOf: [] }, /500 offsets but 0 requests/],
    ['descending offsets', { offsetsUs: [5, 3], requestOf: [0, 0] }, /not ascending: offsetsUs\[1\] is 3 after 5/],
    ['an offset after the end', { offsetsUs: [2_500_000], requestOf: [0] }, /2500000 µs, which is not before its end/],
    ['an unknown request', { offsetsUs: [1], requestOf: [7] }, /names request 7 for job 0 but has 1 requests/],
  ])('refuses %s', async (_, changes, message) => {
    using folder = testFolder();
    const plan = { ...constantPlan(1, folder.path), ...changes };
    await expect(executePlan(plan, options())).rejects.toThrow(message);
  });
});

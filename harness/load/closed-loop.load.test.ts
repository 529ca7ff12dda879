import { describe, expect, it } from 'vitest';
import { rampUpUs } from '../arrivals/think-time.ts';
import type { Operation } from '../contract/operation.ts';
import type { ClosedLoad, LoadPlan } from '../contract/plan.ts';
import type { ThinkTime } from '../contract/workload.ts';
import { judgeStep } from '../measurement/validity.ts';
import { executePlan } from './execute-plan.ts';
import { loadPlan, nameOf, readOperations, testFolder, unexplained } from './testing/load-plan.ts';
import { startMisbehavingServer } from './testing/misbehaving-server.ts';

const users = 20;

function closedPlan(
  port: number,
  folder: string,
  thinkTime: ThinkTime,
  names: readonly string[],
  changes: Partial<LoadPlan> = {},
  load: Partial<ClosedLoad> = {},
): LoadPlan {
  const requests = names.map((name) => ({ kind: 'search', method: 'GET', path: `/${name}`, headers: {} }) as const);
  return loadPlan(port, folder, [], {
    requests,
    warmUpMs: 500,
    steadyMs: 1500,
    connections: users,
    closedLoop: {
      seed: 3,
      thinkTime,
      turnsPerSession: 1,
      population: users,
      users: Array.from({ length: users }, (_, user) => ({ user, startUs: rampUpUs(user, users, 0.5), script: names.map((__, n) => n) })),
      ...load,
    },
    ...changes,
  });
}

const run = (plan: LoadPlan) => executePlan(plan, { onEvent: () => {}, signal: new AbortController().signal, realTimeScheduling: false });

interface Lived {
  readonly job: number;
  readonly intendedUs: number;
  readonly doneUs: number;
}

/** The operations of each user in the order of its turns. */
function livesOf(operations: readonly Operation[]): Map<number, Lived[]> {
  const doneUs = new Map(
    operations.flatMap((operation) => (operation.type === 'invoke' ? [] : [[operation.id, operation.doneUs] as const])),
  );
  const lived = operations.flatMap((operation) =>
    operation.type === 'invoke'
      ? [{ job: operation.job, intendedUs: operation.intendedUs, doneUs: doneUs.get(operation.id) ?? Number.NaN }]
      : [],
  );
  return Map.groupBy(
    lived.toSorted((a, b) => a.job - b.job),
    ({ job }) => job % users,
  );
}

const uniform = (minimumMs: number, maximumMs: number): ThinkTime => ({ distribution: 'uniform', minimumMs, maximumMs });

describe('a closed loop', () => {
  it('asks, waits for the answer, thinks as long as was drawn, and asks again', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const plan = closedPlan(server.port, folder.path, uniform(50, 150), ['ok', 'ok-after-30-ms']);
    const observation = await run(plan);
    expect(unexplained(observation)).toBe(0);
    expect(observation.steady.failed).toEqual({});
    const lives = livesOf(readOperations(folder.path));
    expect(lives.size).toBe(users);
    for (const [user, turns] of lives) {
      expect(turns[0]?.intendedUs).toBe(rampUpUs(user, users, 0.5));
      // A turn is intended for exactly the moment at which its think time ends: late timers are on the account of the response.
      const thoughtUs = turns.slice(1).map(({ intendedUs }, index) => intendedUs - (turns[index]?.doneUs ?? 0));
      expect(thoughtUs.every((us) => us >= 50_000 && us <= 150_000)).toBe(true);
      expect(turns.map(({ job }) => job)).toEqual(turns.map((_, turn) => turn * users + user));
    }
    const issued = observation.warmUp.issued + observation.steady.issued;
    expect([...server.received.values()].every((times) => times === 1)).toBe(true);
    expect(server.received.size).toBe(issued);
    expect(observation.generator.connectionsOpened).toBe(users);
    expect(observation.generator.connectionWaits).toBe(0);
  });

  it('asks and thinks the same in a second run, whatever its timing', async () => {
    await using server = await startMisbehavingServer();
    const thinks = async (names: readonly string[]) => {
      using folder = testFolder();
      const { generator } = await run(closedPlan(server.port, folder.path, { distribution: 'exponential', meanMs: 100 }, names));
      const lives = livesOf(readOperations(folder.path));
      const thought = [...lives].map(([user, turns]) => [
        user,
        turns.slice(1, 5).map(({ intendedUs }, index) => intendedUs - (turns[index]?.doneUs ?? 0)),
      ]);
      return { hash: generator.scheduleHash, thought: new Map(thought as [number, number[]][]) };
    };
    const [first, second] = [await thinks(['ok', 'ok']), await thinks(['ok-after-30-ms', 'ok'])];
    expect(second.hash).toBe(first.hash);
    for (const [user, thought] of second.thought) {
      const common = Math.min(thought.length, first.thought.get(user)?.length ?? 0);
      expect(thought.slice(0, common)).toEqual(first.thought.get(user)?.slice(0, common));
    }
  });

  it('without think time asks again in the moment of the answer', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const plan = closedPlan(server.port, folder.path, uniform(0, 0), ['ok-after-30-ms'], { deadlineMs: 5000 });
    const observation = await run(plan);
    for (const turns of livesOf(readOperations(folder.path)).values()) {
      expect(turns.length).toBeGreaterThan(1);
      expect(turns.slice(1).map(({ intendedUs }) => intendedUs)).toEqual(turns.slice(0, -1).map(({ doneUs }) => doneUs));
    }
    expect(unexplained(observation)).toBe(0);
  });

  it('says that users waited for connections, and counts the wait into their response', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const plan = closedPlan(server.port, folder.path, uniform(0, 0), ['ok-after-30-ms'], { connections: 4, deadlineMs: 5000 });
    const observation = await run(plan);
    expect(observation.generator.connectionWaits).toBeGreaterThan(observation.steady.issued / 2);
    const operations = readOperations(folder.path);
    const intended = new Map(operations.flatMap((one) => (one.type === 'invoke' ? [[one.id, one.intendedUs] as const] : [])));
    const ok = operations.filter((operation) => operation.type === 'ok');
    const waited = ok.filter(({ id, sentUs }) => sentUs - (intended.get(id) ?? 0) > 60_000);
    // Five users share a connection: each waits for four others.
    expect(waited.length).toBeGreaterThan(ok.length / 2);
  });

  it.each(['fin', 'rst', 'garbage', 'broken', 'fin-mid-body'])(
    'goes on after %s, with every request accounted for once and no endless loop',
    async (name) => {
      await using server = await startMisbehavingServer();
      using folder = testFolder();
      const observation = await run(closedPlan(server.port, folder.path, uniform(20, 20), ['ok', name]));
      expect(unexplained(observation)).toBe(0);
      const names = new Set(readOperations(folder.path).flatMap((operation) => (operation.type === 'invoke' ? [] : [nameOf(operation)])));
      expect(names.size).toBe(2);
      const issued = observation.warmUp.issued + observation.steady.issued;
      expect(issued).toBeGreaterThan(users * 4);
      expect(issued).toBeLessThanOrEqual(users * 101);
    },
  );

  it('a target that is not there refuses each user ten times a second at most, and the step ends', async () => {
    using folder = testFolder();
    const port = await (async () => {
      await using server = await startMisbehavingServer();
      return server.port;
    })();
    const observation = await run(closedPlan(port, folder.path, uniform(0, 0), ['ok']));
    const { issued, failed } = observation.steady;
    expect(failed).toEqual({ refused: issued });
    expect(issued).toBeGreaterThan(users * 5);
    expect(issued).toBeLessThanOrEqual(users * 15);
  });

  it('a target that hangs holds each user until its deadline, and nobody asks twice meanwhile', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const observation = await run(closedPlan(server.port, folder.path, uniform(0, 0), ['hang'], { deadlineMs: 400 }));
    const issued = observation.warmUp.issued + observation.steady.issued;
    expect((observation.warmUp.failed.timeout ?? 0) + (observation.steady.failed.timeout ?? 0)).toBe(issued);
    expect(issued).toBeLessThanOrEqual(users * 5);
    expect(issued).toBeGreaterThanOrEqual(users * 3);
  });

  it('is judged by its lag, counted from the end of the think time, and by no rate', async () => {
    await using server = await startMisbehavingServer();
    using folder = testFolder();
    const observation = await run(closedPlan(server.port, folder.path, uniform(50, 150), ['ok']));
    const step = {
      id: 's',
      order: 0,
      variant: 'v',
      phase: 'judged',
      repetition: 1,
      warmUpSeconds: 0.5,
      steadySeconds: 1.5,
      seed: 1,
    } as const;
    const ids = judgeStep(observation, step, 'poisson').checks.map(({ id }) => id);
    expect(ids).toContain('lag-p99');
    expect(ids).not.toContain('rate-error');
  });

  it.each([
    ['a schedule beside its users', { offsetsUs: [1], requestOf: [0] }, {}, /either closed or open/],
    ['a user twice', {}, { users: [0, 0].map((user) => ({ user, startUs: 0, script: [0] })) }, /names user 0 twice/],
    [
      'a user beyond the population',
      {},
      { users: [{ user: 20, startUs: 0, script: [0] }] },
      /names user 20, but the users are numbered from 0 to 19/,
    ],
    ['a start after the end', {}, { users: [{ user: 1, startUs: 2_000_000, script: [0] }] }, /user 1 start at 2000000 µs/],
    ['an unknown request', {}, { users: [{ user: 1, startUs: 0, script: [0, 3] }] }, /names request 3 in the script of user 1/],
  ])('refuses %s', async (_, changes, load, message) => {
    using folder = testFolder();
    await expect(run(closedPlan(1, folder.path, uniform(1, 1), ['ok'], changes, load))).rejects.toThrow(message);
  });
});

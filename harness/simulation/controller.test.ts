import { describe, expect, it } from 'vitest';
import type { Observation, ScalingRule } from '../autoscaling/scaling-rule.ts';
import { Failure } from '../contract/failure.ts';
import { instantSystem } from './instant-system.ts';
import { simulate } from './simulate.ts';
import { request, scripted } from './testing/systems.ts';

const constant = (ms: number) => ({ distribution: 'constant', ms }) as const;
const even = (ratePerSecond: number) => ({ title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond } }) as const;

interface Seen {
  readonly atMs: number;
  readonly observation: Observation;
}

/** A rule that asks for what it is told, and keeps what it saw. */
function watching(replicas: readonly number[], intervalMs = 15_000): { rule: ScalingRule; seen: Seen[] } {
  const seen: Seen[] = [];
  const script = scripted(replicas, intervalMs);
  return {
    seen,
    rule: {
      ...script,
      decide(observation, state, nowMs) {
        seen.push({ atMs: nowMs, observation });
        return script.decide(observation, state as number, nowMs);
      },
    },
  };
}

describe('what a rule sees', () => {
  const system = instantSystem({
    query: { prepare: constant(20), concurrency: 50, cores: 2, memory: { baseBytes: 1000, bytesPerRequest: 100, heldShare: 0.5 } },
    provider: { generate: constant(480) },
  });
  const { rule, seen } = watching([2]);
  simulate(request(system, 20, { load: even(20), controller: { rule }, initialReplicas: 2, seconds: 61 }));

  it('is looked at every interval, the end left out', () => {
    expect(seen.map(({ atMs }) => atMs)).toEqual([15_000, 30_000, 45_000, 60_000]);
  });

  it('is the load, by Little’s law, and the response times', () => {
    for (const { observation } of seen.slice(1)) {
      expect(observation.arrivalsPerSecond).toBeCloseTo(20, 6);
      expect(observation.meanConcurrency).toBeCloseTo(20 * 0.5, 6);
      expect(observation.p95ResponseTimeMs).toBeGreaterThan(496);
      expect(observation.p95ResponseTimeMs).toBeLessThan(504);
      expect(observation).toMatchObject({ replicas: 2, queueLength: 0, queueWaitMs: 0 });
    }
  });

  it('is the CPU of the last 15 s and the memory of the moment, per pod', () => {
    for (const { atMs, observation } of seen) {
      expect(observation.pods.map(({ name, phase, ready, deleting }) => [name, phase, ready, deleting])).toEqual([
        ['query-0', 'Running', true, false],
        ['query-1', 'Running', true, false],
      ]);
      for (const { sample } of observation.pods) {
        // Ten requests a second, each 20 ms on a core.
        expect(sample?.cpuMillicores).toBeCloseTo(200, 0);
        expect(sample).toMatchObject({ takenAtMs: atMs, windowMs: 15_000, memoryBytes: 1000 + 5 * 100 });
      }
    }
  });

  it('is nothing where nothing happens', () => {
    const idle = watching([1]);
    simulate(
      request(system, 1, {
        load: {
          ...even(1),
          profile: {
            shape: 'step',
            steps: [
              { fromSeconds: 0, ratePerSecond: 0 },
              { fromSeconds: 50, ratePerSecond: 1 },
            ],
          },
        },
        controller: { rule: idle.rule },
      }),
    );
    const { observation } = idle.seen[1] as Seen;
    expect(observation).toMatchObject({ arrivalsPerSecond: 0, meanConcurrency: 0 });
    expect(observation).not.toHaveProperty('p95ResponseTimeMs');
    expect(observation).not.toHaveProperty('queueWaitMs');
  });

  it('held memory does not go back', () => {
    const burst = watching([1]);
    simulate(
      request(
        instantSystem({
          query: { memory: { baseBytes: 0, bytesPerRequest: 100, heldShare: 0.5 } },
          provider: { generate: constant(1000) },
        }),
        1,
        {
          load: { ...even(1), profile: { shape: 'spike', basePerSecond: 1, peakPerSecond: 100, atSeconds: 5, widthSeconds: 5 } },
          controller: { rule: burst.rule },
        },
      ),
    );
    // A hundred at once during the spike; half of that stays.
    const bytes = burst.seen.at(-1)?.observation.pods[0]?.sample?.memoryBytes;
    expect(bytes).toBeGreaterThanOrEqual(0.5 * 100 * 100);
    expect(bytes).toBeLessThan(0.5 * 104 * 100);
  });
});

describe('the life of a replica', () => {
  const startUp = { scheduleSeconds: 4, loadSeconds: 20, warmUpSeconds: 30, warmUpSlowdown: 3 };

  it('pending, starting, ready: as the pods of a rule tell it, with a sample after a whole window', () => {
    const { rule, seen } = watching([2], 5000);
    simulate(request(instantSystem({ query: { startUp } }), 10, { controller: { rule } }));
    const second = seen.map(({ atMs, observation }) => ({ atMs, pod: observation.pods[1] })).filter(({ pod }) => pod !== undefined);
    expect(second[0]).toMatchObject({ atMs: 10_000, pod: { phase: 'Running', ready: false, startedAtMs: 9000, readyChangedAtMs: 9000 } });
    expect(second.filter(({ pod }) => pod?.ready).map(({ atMs }) => atMs)[0]).toBe(30_000);
    expect(second.at(-1)).toMatchObject({ pod: { ready: true, readyChangedAtMs: 29_000 } });
    // It started at 9 s, so that the windows that it ran for whole end at 30 s and later.
    expect(second.filter(({ pod }) => pod?.sample !== undefined)[0]?.atMs).toBe(30_000);
    const early = watching([2], 2000);
    simulate(request(instantSystem({ query: { startUp } }), 10, { controller: { rule: early.rule } }));
    const pending = early.seen[1]?.observation.pods[1];
    expect(pending).toMatchObject({ phase: 'Pending', ready: false });
    expect(pending).not.toHaveProperty('startedAtMs');
  });

  it('it is slow while it warms up', () => {
    const system = instantSystem({ query: { startUp, prepare: constant(10), queueLimit: 100 }, client: { deadlineMs: 60_000 } });
    const responses = new Map<number, number>();
    const arrived = new Map<number, number>();
    simulate(
      request(system, 1, {
        load: even(1),
        initialReplicas: 0,
        controller: { rule: scripted([1], 1000) as ScalingRule },
        seconds: 100,
        onEvent(atMs, kind, number) {
          if (kind === 'arrived') {
            arrived.set(number, atMs);
          } else if (kind === 'searched') {
            responses.set(number, atMs - (arrived.get(number) ?? Number.NaN));
          }
        },
      }),
    );
    // Asked for at 1 s, ready at 25 s, warm at 55 s.
    expect(responses.get(40)).toBeCloseTo(30, 6);
    expect(responses.get(60)).toBeCloseTo(10, 6);
  });

  it('of those to end the one that has come least far goes first, and the youngest', () => {
    const { rule, seen } = watching([3, 4, 4, 2, 2, 1, 1], 10_000);
    simulate(
      request(instantSystem({ query: { startUp: { ...startUp, scheduleSeconds: 15 } } }), 1, {
        load: even(1),
        controller: { rule },
        seconds: 90,
      }),
    );
    const names = seen.map(({ observation }) => observation.pods.map(({ name }) => name.slice(-1)).join(''));
    // 1 and 2 were asked for at 10 s and 3 at 20 s; at 40 s 1 and 2 are loading and 3 has just started, none is ready but the first.
    expect(names).toEqual(['0', '012', '0123', '0123', '01', '01', '0', '0']);
  });
});

it('a rule without bound is stopped, with a hint', () => {
  const doubling: ScalingRule = {
    intervalMs: 1000,
    initialState: null,
    decide: ({ replicas }) => ({ desiredReplicas: replicas * 10, reason: 'More', state: null }),
  };
  expect(() => simulate(request(instantSystem({}), 1, { controller: { rule: doubling } }))).toThrow(Failure);
  expect(() => simulate(request(instantSystem({}), 1, { controller: { rule: doubling } }))).toThrow(/100000 replicas at 5 s/);
});

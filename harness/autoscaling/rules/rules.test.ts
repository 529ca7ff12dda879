import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { problemsIn } from '../../contract/parse.ts';
import { scalingRule, scalingRuleSchema } from '../index.ts';
import { driven, observation, readyPods } from '../testing/observations.ts';

const ruleOf = (settings: z.input<typeof scalingRuleSchema>) => scalingRule(scalingRuleSchema.parse(settings));
const replicasOf = (steps: readonly { readonly replicas: number }[]) => steps.map(({ replicas }) => replicas);

describe('static and scheduled', () => {
  it('static keeps its count', () => {
    expect(replicasOf(driven(ruleOf({ type: 'static', replicas: 4 }), 1, 3, (n) => observation(n, { arrivalsPerSecond: 1e6 })))).toEqual([
      4, 4, 4,
    ]);
  });

  it('scheduled holds the last entry of the period into the next', () => {
    const rule = ruleOf({
      type: 'scheduled',
      periodSeconds: 100,
      schedule: [
        { atSeconds: 15, replicas: 5 },
        { atSeconds: 60, replicas: 2 },
      ],
    });
    expect(replicasOf(driven(rule, 1, 8, (n) => observation(n)))).toEqual([2, 5, 5, 5, 2, 2, 2, 2]);
  });

  it('scheduled refuses entries out of order and outside of the period', () => {
    const schedule = [
      { atSeconds: 15, replicas: 5 },
      { atSeconds: 15, replicas: 2 },
      { atSeconds: 100, replicas: 2 },
    ];
    expect(problemsIn(scalingRuleSchema, { type: 'scheduled', periodSeconds: 100, schedule })).toEqual([
      { path: 'schedule[1].atSeconds', message: 'is 15, not after the 15 before it' },
      { path: 'schedule[2].atSeconds', message: 'is 100, outside the period of 100 s' },
    ]);
  });
});

describe("chapter C's ratio", () => {
  const rule = ruleOf({ type: 'ratio' });
  const once = (n: number, load: Parameters<typeof observation>[1]) => rule.decide(observation(n, load), rule.initialState, 0);

  it('multiplies by 1.5, cut off', () => {
    expect(once(2, { cpu: 0.81 })).toMatchObject({ desiredReplicas: 3, reason: 'CpuHigh' });
    expect(once(3, { cpu: 0.81 }).desiredReplicas).toBe(4);
    expect(once(5, { cpu: 0.81 }).desiredReplicas).toBe(7);
  });

  it('keeps a single node at one, however loaded, because int(1 · 1.5) is 1', () => {
    expect(replicasOf(driven(rule, 1, 20, (n) => observation(n, { cpu: 1 })))).toEqual(Array(20).fill(1));
  });

  it('asks CPU before the queue, and the queue before it shrinks', () => {
    expect(once(4, { cpu: 0.9, queueLength: 500 })).toMatchObject({ desiredReplicas: 6, reason: 'CpuHigh' });
    expect(once(4, { cpu: 0.1, queueLength: 500 })).toMatchObject({ desiredReplicas: 6, reason: 'QueueHigh' });
    expect(once(4, { cpu: 0.1, queueLength: 100 })).toMatchObject({ desiredReplicas: 3, reason: 'CpuLow' });
    expect(once(2, { cpu: 0.1 })).toMatchObject({ desiredReplicas: 2, reason: 'WithinThresholds' });
    expect(once(4, { cpu: 0.8 })).toMatchObject({ desiredReplicas: 4, reason: 'WithinThresholds' });
    expect(once(4, { cpu: 0.3 })).toMatchObject({ desiredReplicas: 4, reason: 'WithinThresholds' });
  });

  it('flaps under a constant load: what it adds for the queue makes it idle, and what it takes away fills the queue', () => {
    // The CPU of waiting for a language model is low, and the queue grows below five replicas.
    const steps = driven(rule, 4, 12, (n) => observation(n, { cpu: 0.2, queueLength: n < 5 ? 150 : 0 }));
    expect(replicasOf(steps)).toEqual([6, 5, 4, 6, 5, 4, 6, 5, 4, 6, 5, 4]);
  });

  it('an HPA on the same load stays', () => {
    const hpa = ruleOf({
      type: 'hpa',
      spec: {
        minReplicas: 2,
        maxReplicas: 20,
        metrics: [{ type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } } }],
      },
      metricSources: { queue: 'queueLength' },
    });
    const steps = driven(hpa, 4, 12, (n) => observation(n, { cpu: 0.2, queueLength: n < 5 ? 150 : 0 }));
    expect(replicasOf(steps)).toEqual(Array(12).fill(5));
  });
});

describe("chapter E's rules", () => {
  it('qps goes up to three and down to one', () => {
    const rates = [500, 5000, 5001, 3000, 1000, 999];
    const steps = driven(ruleOf({ type: 'qps' }), 1, rates.length, (n, _, index) =>
      observation(n, { arrivalsPerSecond: rates[index] ?? 0 }),
    );
    expect(replicasOf(steps)).toEqual([1, 1, 3, 3, 3, 1]);
  });

  it('p95 adds a node after five minutes above twice the target, and again only after five more', () => {
    const rule = ruleOf({ type: 'p95-for-5-minutes', minReplicas: 1, maxReplicas: 4, targetMs: 100 });
    const steps = driven(rule, 1, 61, (n) => observation(n, { p95ResponseTimeMs: 201 }));
    // Every 15 s: 300 s is the 21st decision.
    expect(steps.findIndex(({ replicas }) => replicas === 2)).toBe(20);
    expect(steps.findIndex(({ replicas }) => replicas === 3)).toBe(40);
    expect(steps.findIndex(({ replicas }) => replicas === 4)).toBe(60);
  });

  it('p95 begins anew after one observation at the target, or without any answer', () => {
    const rule = ruleOf({ type: 'p95-for-5-minutes', minReplicas: 1, maxReplicas: 4, targetMs: 100 });
    for (const broken of [{ p95ResponseTimeMs: 200 }, {}]) {
      const steps = driven(rule, 1, 31, (n, _, index) => observation(n, index === 10 ? broken : { p95ResponseTimeMs: 500 }));
      expect(replicasOf(steps)).toEqual(Array(31).fill(1));
    }
  });

  it('cpu needs ten minutes above 70 %, memory five above 80 %; neither comes back unless told', () => {
    const cpu = driven(ruleOf({ type: 'cpu-for-10-minutes', minReplicas: 1, maxReplicas: 9 }), 1, 80, (n, _, i) =>
      observation(n, { cpu: i < 41 ? 0.71 : 0 }),
    );
    expect(cpu.findIndex(({ replicas }) => replicas === 2)).toBe(40);
    expect(cpu.at(-1)?.replicas).toBe(2);
    const memory = driven(ruleOf({ type: 'memory-for-5-minutes', minReplicas: 1, maxReplicas: 9 }), 1, 21, (n) =>
      observation(n, { memory: 0.81 }),
    );
    expect(memory.findIndex(({ replicas }) => replicas === 2)).toBe(20);
    const settings = { type: 'cpu-for-10-minutes', minReplicas: 1, maxReplicas: 9, scaleIn: { below: 0.3, forSeconds: 60 } } as const;
    expect(replicasOf(driven(ruleOf(settings), 3, 10, (n) => observation(n, { cpu: 0.1 })))).toEqual([3, 3, 3, 3, 2, 2, 2, 2, 1, 1]);
  });

  it('80 % of capacity: out at once to the fewest that do, in after a window in which fewer would have done', () => {
    const rule = ruleOf({ type: 'capacity-80', minReplicas: 1, maxReplicas: 20, capacityPerReplicaPerSecond: 10, scaleInAfterSeconds: 60 });
    const rates = [8, 8.1, 80, 24, 24, 24, 24, 24];
    const steps = driven(rule, 1, rates.length, (n, _, index) => observation(n, { arrivalsPerSecond: rates[index] ?? 0 }));
    expect(replicasOf(steps)).toEqual([1, 2, 10, 10, 10, 10, 3, 3]);
  });
});

describe('target tracking on the queue wait', () => {
  const settings = { type: 'target-tracking', minReplicas: 2, maxReplicas: 30, targetWaitMs: 100 } as const;

  it('grows in proportion, at most twice, and waits between two steps', () => {
    const steps = driven(ruleOf(settings), 4, 9, (n) => observation(n, { queueWaitMs: 150 }));
    expect(replicasOf(steps)).toEqual([6, 6, 6, 6, 9, 9, 9, 9, 14]);
    expect(driven(ruleOf(settings), 4, 1, (n) => observation(n, { queueWaitMs: 900 }))[0]?.replicas).toBe(8);
  });

  it('grows when nobody is served while a queue stands', () => {
    expect(driven(ruleOf(settings), 4, 1, (n) => observation(n, { queueLength: 9 }))[0]).toMatchObject({
      replicas: 8,
      reason: 'WaitAboveTarget',
    });
  });

  it('shrinks by one after five calm minutes, and not in the band between', () => {
    const calm = replicasOf(driven(ruleOf(settings), 4, 41, (n) => observation(n)));
    expect([calm[19], calm[20], calm[39], calm[40]]).toEqual([4, 3, 3, 2]);
    expect(new Set(replicasOf(driven(ruleOf(settings), 4, 60, (n) => observation(n, { queueWaitMs: 60 }))))).toEqual(new Set([4]));
  });
});

describe('predictive', () => {
  const settings = {
    type: 'predictive',
    minReplicas: 1,
    maxReplicas: 50,
    capacityPerReplicaPerSecond: 10,
    targetUtilisation: 1,
    seasonSeconds: 3600,
    bucketSeconds: 60,
    leadSeconds: 120,
    intervalSeconds: 60,
  } as const;
  /** Quiet, with a busy quarter from minute 30 to 45. */
  const rate = (nowMs: number) => ((nowMs / 60_000) % 60 >= 30 && (nowMs / 60_000) % 60 < 45 ? 200 : 20);

  it('follows the present rate in the first season, then starts replicas before they are needed', () => {
    const steps = driven(ruleOf(settings), 1, 180, (n, nowMs) => observation(n, { arrivalsPerSecond: rate(nowMs) }));
    expect(steps[10]).toMatchObject({ replicas: 2, reason: 'SeasonNotSeenYet' });
    expect(replicasOf(steps.slice(27, 31))).toEqual([2, 2, 2, 20]);
    expect(replicasOf(steps.slice(86, 91))).toEqual([2, 2, 20, 20, 20]);
    expect(steps[88]?.reason).toBe('ForecastAbovePresent');
  });

  it('shows the error of its own forecasts: none for a load that repeats, more for one that does not', () => {
    const repeated = driven(ruleOf(settings), 1, 240, (n, nowMs) => observation(n, { arrivalsPerSecond: rate(nowMs) }));
    // The level is that of the last whole bucket, and a repeating load has level 1.
    expect(repeated.at(-1)?.signals.forecastErrorRatio).toBeCloseTo(0, 12);
    const moved = driven(ruleOf(settings), 1, 240, (n, nowMs) =>
      observation(n, { arrivalsPerSecond: rate(nowMs + Math.floor(nowMs / 3_600_000) * 600_000) }),
    );
    expect(moved.at(-1)?.signals.forecastErrorRatio).toBeGreaterThan(0.2);
    expect(
      driven(ruleOf(settings), 1, 60, (n, nowMs) => observation(n, { arrivalsPerSecond: rate(nowMs) })).every(
        ({ signals }) => signals.forecastErrorRatio === undefined,
      ),
    ).toBe(true);
  });

  it('never plans for less than what is there', () => {
    const steps = driven(ruleOf(settings), 1, 200, (n, nowMs, index) =>
      observation(n, { arrivalsPerSecond: index === 150 ? 400 : rate(nowMs) }),
    );
    expect(steps[150]?.replicas).toBe(40);
  });
});

describe("Knative's KPA", () => {
  const settings = { type: 'knative-kpa', target: 10, targetUtilizationPercentage: 100 } as const;
  const rule = ruleOf(settings);

  it('wants the mean of a minute over the target', () => {
    const steps = driven(rule, 4, 40, (n) => observation(n, { meanConcurrency: 41 }));
    expect(new Set(replicasOf(steps))).toEqual(new Set([5]));
    expect(steps.at(-1)?.reason).toBe('Stable');
  });

  it('panics when six seconds want twice what is ready, and does not shrink until a whole minute after', () => {
    const load = (n: number, nowMs: number) => observation(n, { meanConcurrency: nowMs >= 60_000 && nowMs < 72_000 ? 400 : 20 });
    const steps = driven(rule, 2, 120, load);
    expect(steps[29]).toMatchObject({ replicas: 2, reason: 'Stable' });
    // At 60 s the panic window holds 20, 20 and 400: 146.7 / 10 = 15 ≥ 2 · 2.
    expect(steps[30]).toMatchObject({ replicas: 15, reason: 'Panic' });
    const panic = steps.filter(({ reason }) => reason === 'Panic');
    expect(replicasOf(panic)).toEqual([...replicasOf(panic)].sort((a, b) => a - b));
    // 62 s: 273.3 / 10 = 28 < 2 · 15, so 60 s was the last time; the panic ends at the first tick later than a minute after.
    expect(steps[60]).toMatchObject({ atMs: 120_000, reason: 'Panic' });
    expect(steps[61]).toMatchObject({ atMs: 122_000, reason: 'Stable' });
  });

  it('goes down to half at most per tick, and to zero from one', () => {
    expect(replicasOf(driven(rule, 20, 6, (n) => observation(n)))).toEqual([10, 5, 2, 1, 0, 0]);
    expect(replicasOf(driven(ruleOf({ ...settings, minScale: 3 }), 20, 4, (n) => observation(n)))).toEqual([10, 5, 3, 3]);
  });

  it('grows a thousandfold at most, and no further than maxScale', () => {
    expect(driven(rule, 1, 1, (n) => observation(n, { meanConcurrency: 1e6 }))[0]?.replicas).toBe(1000);
    expect(driven(ruleOf({ ...settings, maxScale: 7 }), 1, 1, (n) => observation(n, { meanConcurrency: 1e6 }))[0]?.replicas).toBe(7);
  });
});

describe('KEDA', () => {
  const spec = { triggers: [{ type: 'redis' as const, metadata: { listName: 'jobs', listLength: '10' } }] };

  it('starts one replica at the next poll, lets the HPA do the rest, and goes back to zero after the cool-down', () => {
    const queue = (nowMs: number) => (nowMs >= 40_000 && nowMs < 300_000 ? 60 : 0);
    const steps = driven(ruleOf({ type: 'keda', spec }), 0, 100, (n, nowMs) => observation(n, { queueLength: queue(nowMs) }));
    const at = (seconds: number) => steps[seconds / 15];
    expect(at(45)).toMatchObject({ replicas: 0 });
    expect(at(60)).toMatchObject({ replicas: 1, reason: 'Activated' });
    // 60 / 10 = 6, by at most max(2 · 1, 4) = 4 and then to 6.
    expect(replicasOf(steps.slice(5, 8))).toEqual([4, 6, 6]);
    // Last active at the poll of 270 s; idle at the first poll later than 570 s.
    expect(at(585)?.replicas).toBeGreaterThan(0);
    expect(at(600)).toMatchObject({ replicas: 0, reason: 'Idle' });
  });

  it('keeps minReplicaCount, and goes to idleReplicaCount where that is given', () => {
    const kept = driven(ruleOf({ type: 'keda', spec: { ...spec, minReplicaCount: 2 } }), 5, 60, (n) => observation(n));
    expect(kept.at(-1)?.replicas).toBe(2);
    const idle = driven(ruleOf({ type: 'keda', spec: { ...spec, minReplicaCount: 2, idleReplicaCount: 0 } }), 5, 60, (n) => observation(n));
    expect(idle.at(-1)?.replicas).toBe(0);
    const woken = driven(ruleOf({ type: 'keda', spec: { ...spec, minReplicaCount: 2, idleReplicaCount: 0 } }), 0, 1, (n) =>
      observation(n, { queueLength: 1 }),
    );
    expect(woken[0]).toMatchObject({ replicas: 2, reason: 'Activated' });
  });

  it('is activated by more than the activation value, not by as much', () => {
    const activation = {
      ...spec,
      triggers: [{ type: 'redis' as const, metadata: { listName: 'jobs', listLength: '10', activationListLength: '5' } }],
    };
    const of = (queueLength: number) =>
      driven(ruleOf({ type: 'keda', spec: activation }), 0, 1, (n) => observation(n, { queueLength }))[0]?.replicas;
    expect([of(5), of(6)]).toEqual([0, 1]);
  });

  it('with CPU alone never goes to zero', () => {
    const cpu = { triggers: [{ type: 'cpu' as const, metricType: 'Utilization' as const, metadata: { value: '60' } }] };
    expect(driven(ruleOf({ type: 'keda', spec: cpu }), 4, 100, (n) => observation(n, { cpu: 0 })).at(-1)?.replicas).toBe(1);
  });

  it('falls back after so many reads without a value', () => {
    const prometheus = {
      fallback: { failureThreshold: 3, replicas: 6 },
      minReplicaCount: 1,
      triggers: [{ type: 'prometheus' as const, metadata: { serverAddress: 'http://p', query: 'q', threshold: '10' } }],
    };
    const steps = driven(ruleOf({ type: 'keda', spec: prometheus }), 3, 6, (n) => observation(n));
    expect(replicasOf(steps)).toEqual([3, 3, 3, 6, 6, 6]);
  });
});

describe('the HPA as a rule', () => {
  const cpu = (averageUtilization: number) => ({
    type: 'Resource' as const,
    resource: { name: 'cpu', target: { type: 'Utilization' as const, averageUtilization } },
  });

  it('follows the load, and stays in the band', () => {
    const rule = ruleOf({ type: 'hpa', spec: { minReplicas: 2, maxReplicas: 20, metrics: [cpu(50)] } });
    const steps = driven(rule, 2, 60, (n) => observation(n, { cpu: Math.min(1, 4.2 / n) }));
    expect(replicasOf(steps.slice(0, 3))).toEqual([4, 8, 8]);
    expect(steps.at(-1)?.replicas).toBe(8);
  });

  it('does not scale while pods have no samples', () => {
    const rule = ruleOf({ type: 'hpa', spec: { maxReplicas: 20, metrics: [cpu(50)] } });
    const without = (n: number) => observation(n, { pods: readyPods(n) });
    expect(driven(rule, 2, 2, without)).toMatchObject([{ replicas: 2, reason: 'FailedGetResourceMetric' }, { replicas: 2 }]);
  });
});

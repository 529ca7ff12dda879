import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { problemsIn } from '../../contract/parse.ts';
import { scalingRule, scalingRuleSchema } from '../index.ts';
import { driven, observation } from '../testing/observations.ts';

// Milliseconds when the machine is idle; beside other work a property may be kept waiting for long.
vi.setConfig({ testTimeout: 60_000 });

const ruleOf = (settings: z.input<typeof scalingRuleSchema>) => scalingRule(scalingRuleSchema.parse(settings));

/** One of each, with bounds where a rule has them. */
const bounded: readonly z.input<typeof scalingRuleSchema>[] = [
  {
    type: 'hpa',
    spec: {
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  },
  { type: 'keda', spec: { minReplicaCount: 2, maxReplicaCount: 9, triggers: [{ type: 'redis', metadata: { listName: 'jobs' } }] } },
  { type: 'knative-kpa', minScale: 2, maxScale: 9 },
  { type: 'p95-for-5-minutes', minReplicas: 2, maxReplicas: 9, targetMs: 10, forSeconds: 15, scaleIn: { below: 5, forSeconds: 15 } },
  { type: 'cpu-for-10-minutes', minReplicas: 2, maxReplicas: 9, forSeconds: 15, scaleIn: { below: 0.3, forSeconds: 15 } },
  { type: 'memory-for-5-minutes', minReplicas: 2, maxReplicas: 9, forSeconds: 15, scaleIn: { below: 0.3, forSeconds: 15 } },
  { type: 'capacity-80', minReplicas: 2, maxReplicas: 9, capacityPerReplicaPerSecond: 10 },
  { type: 'target-tracking', minReplicas: 2, maxReplicas: 9, targetWaitMs: 10, scaleInCooldownSeconds: 0, scaleOutCooldownSeconds: 0 },
  {
    type: 'predictive',
    minReplicas: 2,
    maxReplicas: 9,
    capacityPerReplicaPerSecond: 10,
    seasonSeconds: 600,
    bucketSeconds: 60,
    leadSeconds: 60,
  },
];

const load = fc.record({
  cpu: fc.double({ min: 0, max: 2, noNaN: true }),
  memory: fc.double({ min: 0, max: 2, noNaN: true }),
  arrivalsPerSecond: fc.double({ min: 0, max: 500, noNaN: true }),
  meanConcurrency: fc.double({ min: 0, max: 5000, noNaN: true }),
  queueLength: fc.nat(500),
  queueWaitMs: fc.double({ min: 0, max: 100, noNaN: true }),
  p95ResponseTimeMs: fc.double({ min: 0, max: 100, noNaN: true }),
});

describe('every rule', () => {
  it.each(bounded.map((settings) => [settings.type, settings] as const))('%s keeps its bounds whatever it sees', (_, settings) => {
    fc.assert(
      fc.property(fc.array(load, { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (loads, from) => {
        for (const { replicas } of driven(ruleOf(settings), from, loads.length, (n, _now, index) => observation(n, loads[index]))) {
          expect(Number.isInteger(replicas)).toBe(true);
          expect(replicas).toBeGreaterThanOrEqual(2);
          expect(replicas).toBeLessThanOrEqual(9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([...bounded, { type: 'ratio' } as const, { type: 'qps' } as const].map((settings) => [settings.type, settings] as const))(
    '%s gives the same decisions for the same observations, and mutates none of its states',
    (_, settings) => {
      fc.assert(
        fc.property(fc.array(load, { minLength: 1, maxLength: 20 }), (loads) => {
          const rule = ruleOf(settings);
          const run = () => driven(rule, 3, loads.length, (n, _now, index) => observation(n, loads[index]));
          const before = structuredClone(rule.initialState);
          expect(run()).toEqual(run());
          expect(rule.initialState).toEqual(before);
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each([
    ['hpa', bounded[0], 'cpu', 2],
    ['keda', bounded[1], 'queueLength', 500],
    ['capacity-80', bounded[6], 'arrivalsPerSecond', 500],
    ['target-tracking', bounded[7], 'queueWaitMs', 100],
    ['knative-kpa', bounded[2], 'meanConcurrency', 5000],
    ['predictive', bounded[8], 'arrivalsPerSecond', 500],
    ['qps', { type: 'qps' } as const, 'arrivalsPerSecond', 20_000],
  ] as const)('%s asks for no less when the first thing that it sees is more', (_, settings, figure, most) => {
    const value = fc.double({ min: 0, max: most, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.integer({ min: 2, max: 9 }), (a, b, from) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const first = (amount: number) => {
          if (settings === undefined) {
            throw new Error('no settings');
          }
          const rule = ruleOf(settings);
          return rule.decide(observation(from, { [figure]: amount }), rule.initialState, 0).desiredReplicas;
        };
        expect(first(high)).toBeGreaterThanOrEqual(first(low));
      }),
    );
  });

  it('refuses crossed bounds, unknown fields and unknown types with what was meant', () => {
    expect(problemsIn(scalingRuleSchema, { type: 'capacity-80', minReplicas: 5, maxReplicas: 2, capacityPerReplicaPerSecond: 1 })).toEqual([
      { path: 'maxReplicas', message: 'is 2, less than minReplicas 5' },
    ]);
    expect(problemsIn(scalingRuleSchema, { type: 'static', replica: 2 })).toContainEqual({
      path: 'replica',
      message: 'unknown field "replica"',
      hint: 'did you mean "replicas"?',
    });
    expect(problemsIn(scalingRuleSchema, { type: 'predictve' })[0]?.path).toBe('type');
    expect(problemsIn(scalingRuleSchema, { type: 'qps', downBelowPerSecond: 9000 })[0]?.message).toContain('above upAbovePerSecond 5000');
    expect(problemsIn(scalingRuleSchema, { type: 'knative-kpa', minScale: 5, maxScale: 2 })[0]?.message).toBe('is 2, less than minScale 5');
  });
});

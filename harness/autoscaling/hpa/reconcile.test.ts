import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { hpaInputSchema } from './input.ts';
import { reconcileHpa } from './reconcile.ts';

// Milliseconds when the machine is idle; beside other work a test may be kept waiting for long.
vi.setConfig({ testTimeout: 60_000 });

type Input = z.input<typeof hpaInputSchema>;
const startMs = Date.parse('2026-01-01T12:00:00Z');
const time = (ms: number) => new Date(ms).toISOString();

function pods(count: number, cpuMilli: number, nowMs: number): Pick<Input, 'pods' | 'metrics'> {
  const names = Array.from({ length: count }, (_, index) => `pod-${index}`);
  const longAgo = time(startMs - 7_200_000);
  return {
    pods: names.map((name) => ({
      metadata: { name },
      spec: { containers: [{ name: 'app', resources: { requests: { cpu: '100m' } } }] },
      status: { phase: 'Running', startTime: longAgo, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: longAgo }] },
    })),
    metrics: {
      resource: names.map((name) => ({
        metadata: { name },
        timestamp: time(nowMs - 5000),
        window: '15s',
        containers: [{ name: 'app', usage: { cpu: `${cpuMilli}m` } }],
      })),
    },
  };
}

const cpuTarget = (averageUtilization: number) => [
  { type: 'Resource' as const, resource: { name: 'cpu', target: { type: 'Utilization' as const, averageUtilization } } },
];

const policies = fc.array(
  fc.record({
    type: fc.constantFrom('Pods' as const, 'Percent' as const),
    value: fc.integer({ min: 1, max: 200 }),
    periodSeconds: fc.integer({ min: 1, max: 300 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 600 }),
    selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
    policies,
  },
  { requiredKeys: [] },
);
const behaviors = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }), { nil: undefined });

/** Reconciles every 15 s over a course of CPU usage, giving back what was remembered each time; returns the counts. */
function course(spec: Input['spec'], from: number, usage: readonly number[]): number[] {
  let replicas = from;
  let history: Input['history'];
  return usage.map((cpuMilli, index) => {
    const nowMs = startMs + index * 15_000;
    const input = hpaInputSchema.parse({
      spec,
      status: { currentReplicas: replicas },
      ...pods(replicas, cpuMilli, nowMs),
      ...(history !== undefined && { history }),
      now: time(nowMs),
    });
    const result = reconcileHpa(input);
    history = structuredClone(result.history) as Input['history'];
    replicas = result.desiredReplicas;
    return replicas;
  });
}

describe('reconcileHpa', () => {
  it('keeps to the bounds, whatever the load and the behavior', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { minLength: 1, maxLength: 25 }),
        behaviors,
        fc.integer({ min: 1, max: 12 }),
        (usage, behavior, from) => {
          const spec = { minReplicas: 2, maxReplicas: 9, metrics: cpuTarget(50), ...(behavior !== undefined && { behavior }) };
          for (const replicas of course(spec, from, usage)) {
            expect(replicas).toBeGreaterThanOrEqual(2);
            expect(replicas).toBeLessThanOrEqual(9);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks for no less at more load', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), behaviors, fc.integer({ min: 2, max: 9 }), (a, b, behavior, from) => {
        const spec = { minReplicas: 2, maxReplicas: 9, metrics: cpuTarget(50), ...(behavior !== undefined && { behavior }) };
        const [low = 0] = course(spec, from, [Math.min(a, b)]);
        const [high = 0] = course(spec, from, [Math.max(a, b)]);
        expect(high).toBeGreaterThanOrEqual(low);
      }),
      { numRuns: 100 },
    );
  });

  it('adds no more than a policy allows in any of its periods', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { minLength: 2, maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(15, 30, 60, 120),
        (usage, value, periodSeconds) => {
          const spec = {
            minReplicas: 1,
            maxReplicas: 100,
            metrics: cpuTarget(50),
            // Scaling down gives room to scale up again, so that the sum of both is what is limited.
            behavior: {
              scaleUp: { policies: [{ type: 'Pods' as const, value, periodSeconds }] },
              scaleDown: { selectPolicy: 'Disabled' as const },
            },
          };
          const counts = [2, ...course(spec, 2, usage)];
          const span = periodSeconds / 15;
          for (let index = span; index < counts.length; index += 1) {
            expect((counts[index] ?? 0) - (counts[index - span] ?? 0)).toBeLessThanOrEqual(value);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('remembers no more than its windows need', () => {
    const spec = { minReplicas: 1, maxReplicas: 50, metrics: cpuTarget(50), behavior: { scaleUp: {}, scaleDown: {} } };
    let replicas = 2;
    let history: Input['history'];
    for (let index = 0; index < 400; index += 1) {
      const nowMs = startMs + index * 15_000;
      const cpuMilli = index % 40 < 20 ? 120 : 10;
      const result = reconcileHpa(
        hpaInputSchema.parse({
          spec,
          status: { currentReplicas: replicas },
          ...pods(replicas, cpuMilli, nowMs),
          ...(history !== undefined && { history }),
          now: time(nowMs),
        }),
      );
      history = structuredClone(result.history) as Input['history'];
      replicas = result.desiredReplicas;
    }
    // 300 s in steps of 15 s, both ends, and one that is replaced next.
    expect(history?.recommendations?.length).toBeLessThanOrEqual(22);
    expect(history?.scaleEvents?.length).toBeLessThanOrEqual(8);
  });

  it("goes through chapter A's spike as its claims say: about five minutes from 3 to 20, about 37 back", () => {
    const behavior = {
      scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods' as const, value: 4, periodSeconds: 60 }] },
      scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods' as const, value: 1, periodSeconds: 120 }] },
    };
    const spec = { minReplicas: 3, maxReplicas: 20, metrics: cpuTarget(70), behavior };
    const counts = course(spec, 3, [...Array(8).fill(70), ...Array(40).fill(400), ...Array(200).fill(1)] as number[]);
    const spikeAt = 8;
    const calmAt = 48;
    const minutes = (index: number) => index / 4;
    const top = counts.indexOf(20);
    expect(minutes(top - spikeAt)).toBeGreaterThanOrEqual(4);
    expect(minutes(top - spikeAt)).toBeLessThanOrEqual(6);
    const bottom = counts.indexOf(3, calmAt);
    expect(minutes(bottom - calmAt)).toBeGreaterThanOrEqual(36);
    expect(minutes(bottom - calmAt)).toBeLessThanOrEqual(38);
  });
});

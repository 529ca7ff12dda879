import { describe, expect, it } from 'vitest';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import { instantSystem } from './instant-system.ts';
import { simulate } from './simulate.ts';
import { request, scripted } from './testing/systems.ts';

const exponential = (meanMs: number) => ({ distribution: 'exponential', meanMs }) as const;
const seeds = [1, 2, 3, 4, 5];

/** The verdicts over some seeds of one replica whose CPU is used to `rho`. */
const verdicts = (rho: number, changes: Parameters<typeof instantSystem>[0] = {}, seconds = 200) =>
  seeds.map((seed) => {
    const system = instantSystem({ ...changes, query: { prepare: exponential(10 * rho), ...changes.query } });
    return simulate(request(system, 100, { seed, seconds })).stability;
  });

describe('the verdict on a run', () => {
  it.each([0.3, 0.8, 0.95])('is stable at a utilisation of %d, long queues or not', (rho) => {
    expect(verdicts(rho).map(({ verdict }) => verdict)).toEqual(seeds.map(() => 'stable'));
  });

  it.each([1.05, 1.3, 3])('is unstable at %d', (rho) => {
    for (const { verdict, why } of verdicts(rho)) {
      expect(verdict).toBe('unstable');
      expect(why).toContain('the CPU of the query replicas');
    }
  });

  it('is unstable too where deadlines and full queues keep the backlog short', () => {
    for (const { verdict } of verdicts(1.5, { query: { concurrency: 4, queueLimit: 3 }, client: { deadlineMs: 500 } })) {
      expect(verdict).toBe('unstable');
    }
  });

  it.each([
    ['the slots of the query replicas', { query: { concurrency: 5, queueLimit: 50 }, embed: exponential(60) }],
    ['the vector nodes', { vector: { concurrency: 2, serviceTime: exponential(25) } }],
    ['the slots of the provider', { provider: { slots: 7, generate: exponential(80) } }],
    ["the provider's rate limit", { provider: { requestsPerMinute: 5000 } }],
  ] as const)('names %s where they are short', (tier, changes) => {
    for (const { verdict, why } of verdicts(0.1, changes, 120)) {
      expect(verdict).toBe('unstable');
      expect(why).toContain(tier);
    }
  });

  it('sees a backlog that grows though no tier is offered more than it can do', () => {
    // One slot without a queue refuses nearly half of what comes, and everybody comes back up to ten times.
    const system = instantSystem({
      client: { deadlineMs: 1e9, retries: { attempts: 10, backoffMs: 60_000 } },
      query: { concurrency: 1, queueLimit: 0 },
      embed: exponential(9),
    });
    const { stability } = simulate(request(system, 100, { seconds: 120 }));
    expect(stability.verdict).toBe('unstable');
    expect(stability.why).toMatch(/requests under way grew from \d+ to \d+/);
  });

  it('is stable where a spike has been worked off before the last quarter', () => {
    const spike = {
      title: 'spike',
      arrivals: 'poisson',
      profile: { shape: 'spike', basePerSecond: 40, peakPerSecond: 150, atSeconds: 100, widthSeconds: 60 },
    } as const;
    const run = simulate(request(instantSystem({ query: { prepare: exponential(10) } }), 1, { load: spike, seconds: 600 }));
    expect(run.stability.verdict).toBe('stable');
    expect(run.elasticity.sloViolationSeconds).toBeGreaterThan(0);
  });

  it('is unstable without a replica', () => {
    const run = simulate(request(instantSystem({}), 10, { initialReplicas: 0, controller: { rule: scripted([0]) as ScalingRule } }));
    expect(run.counts.succeeded).toBe(0);
    expect(run.stability.verdict).toBe('unstable');
    expect(run).not.toHaveProperty('responseMs');
  });
});

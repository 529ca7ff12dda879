import { describe, expect, it } from 'vitest';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import type { SimulatedRun } from '../contract/simulation.ts';
import { instantSystem } from './instant-system.ts';
import { simulate } from './simulate.ts';
import { request, scripted } from './testing/systems.ts';

const constant = (ms: number) => ({ distribution: 'constant', ms }) as const;
const exponential = (meanMs: number) => ({ distribution: 'exponential', meanMs }) as const;
const even = (ratePerSecond: number) => ({ title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond } }) as const;
const stage = (run: SimulatedRun, name: string) => run.stages.find((one) => one.stage === name)?.ms ?? Number.NaN;

describe('clients that leave', () => {
  it('what is in service goes on, wasted; what waits is dropped when its turn comes', () => {
    // One slot; a request every 100 ms takes 250 ms, its client waits 240 ms: nothing is ever answered, and each service that begins ends.
    const system = instantSystem({ query: { concurrency: 1 }, embed: constant(250), client: { deadlineMs: 240 } });
    const served: number[] = [];
    const run = simulate(
      request(system, 10, {
        load: even(10),
        seconds: 30,
        onEvent(_atMs, kind, number) {
          if (kind === 'embedded') {
            served.push(number);
          }
        },
      }),
    );
    expect(run.counts.succeeded).toBe(0);
    expect(run.counts.timedOut + run.counts.unfinished).toBe(300);
    // The slot is never idle (each 250 ms), and of those that wait most leave before their turn.
    expect(served.length).toBeGreaterThanOrEqual(118);
    expect(served.length).toBeLessThanOrEqual(120);
  });

  it('an answer at the deadline is in time', () => {
    const system = instantSystem({ embed: constant(250), client: { deadlineMs: 250 } });
    expect(simulate(request(system, 1, { load: even(1), seconds: 20 })).counts).toMatchObject({ timedOut: 0, succeeded: 20 });
  });
});

describe('retries', () => {
  // One slot without a queue, so that about half of the attempts are refused.
  const refusing = (retries: { attempts: number; backoffMs: number; budgetShare?: number }) =>
    simulate(
      request(
        instantSystem({ query: { concurrency: 1, queueLimit: 0 }, embed: exponential(20), client: { deadlineMs: 5000, retries } }),
        50,
      ),
    );

  it('turn refusals into later answers, and are counted as such', () => {
    const none = simulate(
      request(instantSystem({ query: { concurrency: 1, queueLimit: 0 }, embed: exponential(20), client: { deadlineMs: 5000 } }), 50),
    );
    const some = refusing({ attempts: 3, backoffMs: 50 });
    expect(none.counts.retries).toBe(0);
    expect(stage(none, 'earlier attempts')).toBe(0);
    expect(some.counts.arrived).toBe(none.counts.arrived);
    expect(some.counts.refused).toBeLessThan(none.counts.refused);
    expect(some.counts.succeeded).toBeGreaterThan(none.counts.succeeded);
    expect(stage(some, 'earlier attempts')).toBeGreaterThan(10);
  });

  it('keep to their budget: its share of the first attempts, and the ten to begin with', () => {
    const run = refusing({ attempts: 10, backoffMs: 10, budgetShare: 0.1 });
    expect(run.counts.retries).toBeLessThanOrEqual(10 + 0.1 * run.counts.arrived);
    expect(run.counts.retries).toBeGreaterThan(0.09 * run.counts.arrived);
    expect(run.counts.retriesDenied).toBeGreaterThan(0);
  });
});

describe('the answer cache', () => {
  const cached = (content: NonNullable<Parameters<typeof instantSystem>[0]['answerCache']>['content'], ratePerSecond = 100) =>
    simulate(
      request(instantSystem({ answerCache: { lookup: constant(1), content }, provider: { generate: constant(100) } }), ratePerSecond, {
        seconds: 120,
      }),
    );
  const ratio = ({ counts }: SimulatedRun) => counts.cacheHits / counts.arrived;

  it('finds by chance what it is told to', () => {
    const run = cached({ model: 'hit-ratio', hitRatio: 0.4 });
    expect(Math.abs(ratio(run) - 0.4)).toBeLessThan(0.02);
    expect(stage(run, 'generate')).toBeCloseTo((1 - ratio(run)) * 100, 0);
  });

  it('of keys that are never repeated nothing is found; of a few all but the first, until they are too old', () => {
    const keys = (neverRepeatedShare: number) => ({ count: 10, exponent: 0, neverRepeatedShare });
    const policy = { model: 'policy', policy: 'lru', maximumEntries: 100 } as const;
    expect(ratio(cached({ ...policy, keys: keys(1) }))).toBe(0);
    expect(ratio(cached({ ...policy, keys: keys(0) }))).toBeGreaterThan(0.98);
    // Each of ten keys is asked for ten times a second: it is made anew once in two seconds, by those of the 100 ms that it takes.
    const aged = ratio(cached({ ...policy, ttlSeconds: 2, keys: keys(0) }));
    expect(aged).toBeGreaterThan(0.85);
    expect(aged).toBeLessThan(0.95);
  });

  it('a larger one finds more, under each of some policies of the live system', () => {
    for (const policy of ['lru', 's3-fifo', 'w-tinylfu']) {
      const of = (maximumEntries: number) =>
        ratio(cached({ model: 'policy', policy, maximumEntries, keys: { count: 1000, exponent: 0.9, neverRepeatedShare: 0 } }));
      expect(of(200)).toBeGreaterThan(of(20) + 0.1);
    }
  });
});

describe('the shards', () => {
  const searches = (vector: NonNullable<Parameters<typeof instantSystem>[0]['vector']>) =>
    stage(simulate(request(instantSystem({ vector }), 100)), 'search');

  it('a wider fan-out waits for a slower slowest: the harmonic number of exponential times', () => {
    const harmonic = { 1: 1, 2: 1.5, 4: 25 / 12, 8: 761 / 280 };
    for (const [shards, factor] of Object.entries(harmonic)) {
      expect(searches({ shards: Number(shards), serviceTime: exponential(10) }) / (10 * factor)).toBeCloseTo(1, 1);
    }
  });

  it('stragglers come by their share and take their factor', () => {
    const ms = searches({ serviceTime: constant(10), straggler: { share: 0.05, factor: 20 } });
    expect(Math.abs(ms - (10 + 0.05 * 190))).toBeLessThan(1.5);
  });

  it('a second node of a shard takes its waits away', () => {
    const one = searches({ concurrency: 1, serviceTime: exponential(8) });
    const two = searches({ concurrency: 1, replicas: 2, serviceTime: exponential(8) });
    expect(one).toBeGreaterThan(25);
    expect(two).toBeLessThan(12);
  });
});

it('balancing by what is in flight waits less than blindly, two choices in between', () => {
  const waits = (balancing: 'random' | 'round-robin' | 'power-of-two' | 'least-in-flight') =>
    stage(
      simulate(
        request(instantSystem({ query: { balancing, concurrency: 1 }, embed: exponential(80) }), 100, {
          initialReplicas: 10,
          controller: { rule: scripted([10]) as ScalingRule },
          seconds: 300,
        }),
      ),
      'wait for a slot',
    );
  const [random, turns, two, fewest] = (['random', 'round-robin', 'power-of-two', 'least-in-flight'] as const).map(waits) as [
    number,
    number,
    number,
    number,
  ];
  expect(random).toBeGreaterThan(turns);
  expect(turns).toBeGreaterThan(two);
  expect(two).toBeGreaterThan(fewest);
});

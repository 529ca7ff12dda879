import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import { type SimulatedRun, simulatedRunSchema } from '../contract/simulation.ts';
import { instantSystem } from './instant-system.ts';
import type { SimulationRequest } from './request.ts';
import { simulate } from './simulate.ts';
import { request, scripted, wholeSystem } from './testing/systems.ts';

const constant = (ms: number) => ({ distribution: 'constant', ms }) as const;

function ended({ counts }: SimulatedRun): number {
  const { succeeded, timedOut, refused, refusedByProvider, lost, unfinished } = counts;
  return succeeded + timedOut + refused + refusedByProvider + lost + unfinished;
}

function traceHash(of: SimulationRequest): string {
  const hash = createHash('sha256');
  simulate({ ...of, onEvent: (atMs, kind, number, place) => hash.update(`${atMs},${kind},${number},${place}\n`) });
  return hash.digest('hex');
}

const busy = request(wholeSystem, 60, {
  seconds: 200,
  controller: { rule: scripted([2, 4, 1, 3, 0, 2]) as ScalingRule },
  initialReplicas: 2,
});

describe('a run of everything', () => {
  const run = simulate(busy);

  it('fits its schema, and every request came to one end', () => {
    expect(simulatedRunSchema.parse(run)).toEqual(run);
    expect(ended(run)).toBe(run.counts.arrived);
    for (const name of ['succeeded', 'timedOut', 'refused', 'lost', 'retries', 'retriesDenied', 'cacheHits'] as const) {
      expect(run.counts[name], name).toBeGreaterThan(0);
    }
  });

  it('the stages add up to the mean response time, and the bins to the counts', () => {
    const sum = run.stages.reduce((total, { ms }) => total + ms, 0);
    expect(sum).toBeCloseTo(run.responseMs?.mean ?? Number.NaN, 6);
    expect(run.stages.every(({ ms }) => ms > 0)).toBe(true);
    expect(run.bins.reduce((total, { arrivals }) => total + arrivals, 0)).toBe(run.counts.arrived);
    const failed = run.counts.timedOut + run.counts.refused + run.counts.refusedByProvider + run.counts.lost;
    expect(run.bins.reduce((total, bin) => total + bin.failed, 0)).toBe(failed);
  });

  it('is the same to the last bit for the same seed, and another for another', () => {
    expect(simulate(busy)).toEqual(run);
    expect(traceHash(busy)).toBe(traceHash(busy));
    expect(traceHash({ ...busy, seed: 2 })).not.toBe(traceHash(busy));
  });
});

it('under random systems every request comes to one end, and the stages add up', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(1000),
        rate: fc.integer({ min: 5, max: 120 }),
        concurrency: fc.integer({ min: 1, max: 8 }),
        queueLimit: fc.integer({ min: 0, max: 10 }),
        shards: fc.integer({ min: 1, max: 4 }),
        deadlineMs: fc.constantFrom(100, 500, 3000),
        drainSeconds: fc.constantFrom(0, 0.2, 5),
        replicas: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }),
        slots: fc.integer({ min: 1, max: 40 }),
        balancing: fc.constantFrom('round-robin', 'random', 'least-in-flight', 'power-of-two'),
        policy: fc.constantFrom('lru', 'sieve', 'w-tinylfu'),
      }),
      ({ seed, rate, concurrency, queueLimit, shards, deadlineMs, drainSeconds, replicas, slots, balancing, policy }) => {
        const { query, vector, provider, client } = wholeSystem;
        const run = simulate(
          request(
            {
              ...wholeSystem,
              query: {
                ...query,
                concurrency,
                queueLimit,
                drainSeconds,
                balancing,
                startUp: { scheduleSeconds: 0.5, loadSeconds: 1, warmUpSeconds: 2, warmUpSlowdown: 3 },
              },
              answerCache: {
                lookup: constant(0),
                content: {
                  model: 'policy',
                  policy,
                  maximumEntries: 20,
                  ttlSeconds: 5,
                  keys: { count: 100, exponent: 0.9, neverRepeatedShare: 0.1 },
                },
              },
              vector: { ...vector, shards, concurrency: 1, replicas: 1 },
              provider: { ...provider, slots, requestsPerMinute: 1200 },
              client: { ...client, deadlineMs },
            },
            rate,
            { seed, seconds: 25, controller: { rule: scripted(replicas, 2000) as ScalingRule } },
          ),
        );
        expect(ended(run)).toBe(run.counts.arrived);
        const sum = run.stages.reduce((total, { ms }) => total + ms, 0);
        expect(Math.abs(sum - (run.responseMs?.mean ?? 0))).toBeLessThan(1e-6);
        expect(run.responseMs?.maximum ?? 0).toBeLessThanOrEqual(deadlineMs);
        expect(run.bins.every(({ cpuUtilisation = 0, waiting }) => cpuUtilisation <= 1 + 1e-9 && waiting >= 0)).toBe(true);
        expect(simulatedRunSchema.safeParse(run).success).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

describe('common random numbers', () => {
  /** When each request arrived, and what each one's generation took. */
  function workOf(of: SimulationRequest) {
    const arrivals: number[] = [];
    const askedModel = new Map<number, number>();
    const generated = new Map<number, number>();
    simulate({
      ...of,
      onEvent(atMs, kind, number) {
        if (kind === 'arrived') {
          arrivals.push(atMs);
        } else if (kind === 'searched') {
          askedModel.set(number, atMs);
        } else if (kind === 'generated') {
          generated.set(number, atMs - (askedModel.get(number) ?? Number.NaN));
        }
      },
    });
    return { arrivals, generated };
  }

  it('another rule meets the same arrivals, and each request brings the same work', () => {
    const system = instantSystem({
      query: { concurrency: 4, queueLimit: 5, prepare: { distribution: 'exponential', meanMs: 20 } },
      provider: { generate: { distribution: 'lognormal', meanMs: 100, cv: 1 } },
      client: { deadlineMs: 1000, retries: { attempts: 1, backoffMs: 50 } },
    });
    const few = workOf(request(system, 60, { controller: { rule: scripted([1]) as ScalingRule } }));
    const many = workOf(request(system, 60, { controller: { rule: scripted([5, 2, 7]) as ScalingRule } }));
    expect(few.arrivals).toEqual(many.arrivals);
    const both = [...few.generated].filter(([number]) => many.generated.has(number));
    expect(both.length).toBeGreaterThan(100);
    expect(few.generated.size).not.toBe(many.generated.size);
    for (const [number, ms] of both) {
      expect(ms).toBeCloseTo(many.generated.get(number) ?? Number.NaN, 6);
    }
  });
});

describe('by hand', () => {
  it('one request at a time goes through every stage in turn', () => {
    const system = instantSystem({
      gateway: { serviceTime: constant(1) },
      query: { prepare: constant(2), finish: constant(3) },
      answerCache: { lookup: constant(4), content: { model: 'hit-ratio', hitRatio: 0 } },
      embed: constant(5),
      vector: { serviceTime: constant(6) },
      provider: { generate: constant(7) },
    });
    const run = simulate(
      request(system, 10, { load: { title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond: 10 } } }),
    );
    expect(run.counts).toMatchObject({ arrived: 600, succeeded: 600, unfinished: 0 });
    expect(Object.fromEntries(run.stages.map(({ stage, ms }) => [stage, Number(ms.toFixed(6))]))).toEqual({
      'earlier attempts': 0,
      gateway: 1,
      'wait for a slot': 0,
      'wait for own work': 0,
      preprocess: 2,
      cache: 4,
      embed: 5,
      search: 6,
      'wait for the model': 0,
      generate: 7,
      finish: 3,
    });
    expect(run.responseMs?.mean).toBeCloseTo(28, 6);
    // Arrived, gateway, prepared, looked up, embedded, searched, generated, finished; the rest is looking.
    expect(run.events).toBeGreaterThanOrEqual(600 * 8);
    expect(run.events).toBeLessThan(600 * 8 + 200);
    expect(run.stability.verdict).toBe('stable');
  });

  it('scales from zero: requests are held until a replica is ready, as many as may wait', () => {
    const system = instantSystem({ query: { queueLimit: 30, prepare: constant(1), concurrency: 100 }, client: { deadlineMs: 60_000 } });
    const even = { title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond: 1 } } as const;
    const run = simulate(
      request(system, 1, { load: even, initialReplicas: 0, controller: { rule: scripted([1]) as ScalingRule }, seconds: 120 }),
    );
    // Asked at 15 s, started at 20, ready at 30: thirty requests of the first 30 s waited.
    expect(run.ready).toEqual([
      { atSeconds: 0, replicas: 0 },
      { atSeconds: 30, replicas: 1 },
    ]);
    expect(run.paid).toEqual([
      { atSeconds: 0, replicas: 0 },
      { atSeconds: 20, replicas: 1 },
    ]);
    expect(run.counts).toMatchObject({ arrived: 120, succeeded: 120 });
    const slow = simulate(
      request({ ...system, query: { ...system.query, queueLimit: 10 } }, 1, {
        load: even,
        initialReplicas: 0,
        controller: { rule: scripted([1]) as ScalingRule },
        seconds: 120,
      }),
    );
    expect(slow.counts).toMatchObject({ arrived: 120, succeeded: 100, refused: 20 });
  });

  it('a replica that is asked to end finishes what it has, or is killed with it', () => {
    const system = (drainSeconds: number) =>
      instantSystem({ query: { drainSeconds }, provider: { generate: constant(8000) }, client: { deadlineMs: 60_000 } });
    const of = (drainSeconds: number) =>
      simulate(
        request(system(drainSeconds), 10, {
          load: { title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond: 10 } },
          initialReplicas: 2,
          controller: { rule: scripted([1]) as ScalingRule },
        }),
      );
    const drained = of(10);
    expect(drained.counts.lost).toBe(0);
    expect(drained.ready.at(-1)).toEqual({ atSeconds: 15, replicas: 1 });
    // Its last request came just before 15 s and took 8 s.
    expect(drained.paid.at(-1)?.atSeconds).toBeGreaterThan(22.7);
    expect(drained.paid.at(-1)?.atSeconds).toBeLessThanOrEqual(23);
    const killed = of(5);
    // Of each second of arrivals half went there; those of 12 to 15 s had not finished at 20 s.
    expect(killed.counts.lost).toBe(15);
    expect(killed.paid.at(-1)).toEqual({ atSeconds: 20, replicas: 1 });
    expect(ended(killed)).toBe(killed.counts.arrived);
  });

  it('the bounds impose replicas by time, ready at their time', () => {
    const run = simulate(
      request(instantSystem({}), 10, {
        controller: {
          ready: [
            { atMs: 0, replicas: 2 },
            { atMs: 20_000, replicas: 5 },
            { atMs: 40_000, replicas: 1 },
          ],
          paid: [
            { atMs: 0, replicas: 2 },
            { atMs: 5000, replicas: 5 },
            { atMs: 40_000, replicas: 1 },
          ],
        },
        costPerReplicaHour: 3600,
      }),
    );
    expect(run.ready.map(({ replicas }) => replicas)).toEqual([2, 5, 1]);
    expect(run.ready.map(({ atSeconds }) => atSeconds)).toEqual([0, 20, 40]);
    expect(run.elasticity.cost).toBeCloseTo(2 * 5 + 5 * 35 + 20, 6);
    expect(run.decisions).toEqual([]);
  });

  it('says that it is unstable, of which tier, when more is offered than can be served', () => {
    const system = instantSystem({ query: { prepare: constant(50) }, client: { deadlineMs: 2000 } });
    const { stability } = simulate(request(system, 30));
    expect(stability.verdict).toBe('unstable');
    expect(stability.why).toMatch(/CPU of the query replicas were offered 1\.\d+ times/);
    expect(simulate(request(system, 10)).stability.verdict).toBe('stable');
  });

  it('the provider refuses beyond its limit, and refusals are tried again', () => {
    const system = instantSystem({ provider: { requestsPerMinute: 600, generate: constant(1) } });
    const even = { title: 'even', arrivals: 'constant', profile: { shape: 'constant', ratePerSecond: 20 } } as const;
    const without = simulate(request(system, 20, { load: even }));
    expect(without.counts.refusedByProvider).toBeGreaterThan(500);
    expect(without.counts.retries).toBe(0);
    const gentle = { ...system, client: { deadlineMs: 1e6, retries: { attempts: 3, backoffMs: 500 } } };
    const again = simulate(request(gentle, 12, { load: { ...even, profile: { shape: 'constant', ratePerSecond: 8 } } }));
    expect(again.counts).toMatchObject({ arrived: 480, refusedByProvider: 0 });
  });
});

it('refuses a run without time, a rule that asks for half a replica, and an unknown cache policy', () => {
  expect(() => simulate(request(instantSystem({}), 1, { seconds: 0 }))).toThrow(RangeError);
  expect(() => simulate(request(instantSystem({}), 1, { controller: { rule: scripted([1.5]) as ScalingRule } }))).toThrow(/1\.5 replicas/);
  const cached = instantSystem({
    answerCache: {
      lookup: constant(0),
      content: { model: 'policy', policy: 'lru2', maximumEntries: 1, keys: { count: 1, exponent: 1, neverRepeatedShare: 0 } },
    },
  });
  expect(() => simulate(request(cached, 1))).toThrow(/there is no cache policy "lru2"/);
});

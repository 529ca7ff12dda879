import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { type ProbeOutcome, type ProbeTask, type RateSearch, type RateSearchOptions, searchRate } from './rate-search.ts';
import { steadinessOf } from './steadiness.ts';
import { singleServer } from './testing/single-server.ts';

const options: RateSearchOptions = {
  startRatePerSecond: 50,
  minimumRatePerSecond: 1,
  maximumRatePerSecond: 10_000,
  relativeWidth: 0.05,
  confirmations: 3,
  maximumProbes: 60,
  retries: 2,
};

const outcome = (passed: boolean): ProbeOutcome => ({ verdict: passed ? 'passed' : 'failed', reason: passed ? 'held' : 'broke' });
const threshold =
  (capacity: number) =>
  async ({ ratePerSecond }: ProbeTask) =>
    outcome(ratePerSecond <= capacity);

/** What every answer must hold, however the system behaves: it follows from the probes and from nothing else. */
function expectConsistent(search: RateSearch<ProbeOutcome>, { confirmations, maximumProbes, relativeWidth }: RateSearchOptions): void {
  const { probes, ratePerSecond: rate, failedAtPerSecond: failedAt } = search;
  expect(probes.length).toBeLessThanOrEqual(maximumProbes);
  expect(probes.map(({ index }) => index)).toEqual(probes.map((_, place) => place));
  const failures = probes.filter(({ verdict }) => verdict === 'failed').map(({ ratePerSecond }) => ratePerSecond);
  expect(failedAt).toBe(failures.length === 0 ? undefined : Math.min(...failures));
  if (rate !== undefined) {
    expect(failures.every((failure) => failure > rate)).toBe(true);
  }
  if (search.outcome === 'found' || search.outcome === 'never-failed') {
    const decided = probes.filter(({ verdict }) => verdict !== 'undecided');
    const last = decided.slice(decided.length - confirmations);
    expect(last.map(({ ratePerSecond, verdict, phase }) => ({ ratePerSecond, verdict, phase }))).toEqual(
      Array.from({ length: confirmations }, () => ({ ratePerSecond: rate, verdict: 'passed', phase: 'confirm' })),
    );
    expect(probes.filter(({ ratePerSecond, verdict }) => ratePerSecond === rate && verdict === 'passed').length).toBeGreaterThan(
      confirmations,
    );
  }
  if (search.outcome === 'found') {
    expect((failedAt ?? 0) - (rate ?? 0)).toBeLessThanOrEqual(relativeWidth * (rate ?? 0));
  }
}

describe('search for the highest rate', () => {
  it('brackets the capacity of a system without noise to the asked width', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1.01, max: 9_999, noNaN: true }),
        fc.double({ min: 1, max: 10_000, noNaN: true }),
        async (capacity, start) => {
          const asked = { ...options, startRatePerSecond: start };
          const search = await searchRate(asked, threshold(capacity));
          expect(search.outcome).toBe('found');
          expect(search.ratePerSecond).toBeLessThanOrEqual(capacity);
          expect(search.failedAtPerSecond).toBeGreaterThan(capacity);
          expectConsistent(search, asked);
        },
      ),
    );
  });

  it('ends, bounded and consistent, whatever a system answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom('passed', 'failed', 'undecided' as const)),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 4 }),
        async (verdicts, maximumProbes, confirmations) => {
          const asked = { ...options, maximumProbes, confirmations };
          const search = await searchRate(asked, async () => ({ verdict: verdicts.next().value ?? 'failed', reason: 'drawn' }));
          expectConsistent(search, asked);
        },
      ),
    );
  });

  it('answers a system that never fails with the highest rate to try, confirmed', async () => {
    const search = await searchRate(options, async () => outcome(true));
    expect(search).toMatchObject({ outcome: 'never-failed', ratePerSecond: options.maximumRatePerSecond });
    expect(search.failedAtPerSecond).toBeUndefined();
    expectConsistent(search, options);
  });

  it('answers a system that always fails with no rate, and stops', async () => {
    const search = await searchRate(options, async () => outcome(false));
    expect(search).toMatchObject({ outcome: 'always-failed', failedAtPerSecond: options.minimumRatePerSecond });
    expect(search.ratePerSecond).toBeUndefined();
    expect(search.probes.length).toBeLessThan(10);
  });

  it('says that it does not know where the generator was never fit, with the reason', async () => {
    const search = await searchRate(options, async () => ({ verdict: 'undecided', reason: 'the generator was saturated' }));
    expect(search.outcome).toBe('undecided');
    expect(search.reason).toContain('the generator was saturated');
    expect(search.probes).toHaveLength(options.retries + 1);
  });

  it('keeps what was bracketed when the probes run out', async () => {
    const search = await searchRate({ ...options, maximumProbes: 5 }, threshold(700));
    expect(search).toMatchObject({ outcome: 'undecided', ratePerSecond: 400, failedAtPerSecond: 800, reason: '5 probes were not enough' });
  });

  it('goes lower when a confirmation fails', async () => {
    let confirmations = 0;
    const search = await searchRate(options, async ({ ratePerSecond, phase }) => {
      confirmations += phase === 'confirm' ? 1 : 0;
      return outcome(ratePerSecond <= 700 && !(phase === 'confirm' && confirmations === 2));
    });
    const withdrawn = search.probes.find(({ phase, verdict }) => phase === 'confirm' && verdict === 'failed');
    expect(withdrawn).toBeDefined();
    expect(search.outcome).toBe('found');
    expect(search.ratePerSecond).toBeLessThan(withdrawn?.ratePerSecond ?? 0);
    expectConsistent(search, options);
  });

  it.each([
    { startRatePerSecond: Number.NaN },
    { startRatePerSecond: 0 },
    { maximumRatePerSecond: Number.POSITIVE_INFINITY },
    { maximumRatePerSecond: 10 },
    { relativeWidth: 0 },
    { confirmations: -1 },
    { maximumProbes: 1.5 },
  ])('refuses %j before probing', async (change) => {
    let probed = false;
    const search = searchRate({ ...options, ...change }, async () => {
      probed = true;
      return outcome(true);
    });
    await expect(search).rejects.toThrow(RangeError);
    expect(probed).toBe(false);
  });
});

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

/** Probes of an M/M/1 queue with μ = 1000/s, p99 ≤ limit, with the steady-state check; each has an arrival stream of its own. */
const singleServerProbe =
  (limitMs: number, seed: number) =>
  async ({ ratePerSecond, index }: ProbeTask) => {
    const requests = singleServer({ ratePerSecond, serviceRatePerSecond: 1000, seconds: 20, warmUpSeconds: 2, seed: seed * 1000 + index });
    const { trend } = steadinessOf(requests);
    const p99 = percentile(
      requests.map(({ responseMs }) => responseMs),
      0.99,
    );
    return outcome(trend !== 'rising' && p99 <= limitMs);
  };

describe('search for the highest rate of an M/M/1 queue', () => {
  // Its p99 is ln 100 ÷ (μ − λ): the capacity within a limit is known exactly.
  it.each([10, 20, 50])('finds it for a p99 of %d ms, to within the noise of a p99 of twenty seconds', async (limitMs) => {
    const truth = 1000 - (1000 * Math.log(100)) / limitMs;
    const found: number[] = [];
    for (let seed = 0; seed < 12; seed += 1) {
      const search = await searchRate(options, singleServerProbe(limitMs, seed));
      expect(search.outcome).toBe('found');
      expectConsistent(search, options);
      expect(Math.abs((search.ratePerSecond ?? 0) / truth - 1)).toBeLessThan(0.15);
      found.push((search.ratePerSecond ?? 0) / truth);
    }
    // That a rate must pass four times and fail never makes the answer a cautious one.
    const mean = found.reduce((sum, ratio) => sum + ratio, 0) / found.length;
    expect(mean).toBeLessThanOrEqual(1);
    expect(mean).toBeGreaterThan(0.92);
  });

  it('gives the same search for the same seed, probe by probe', async () => {
    const [once, again] = await Promise.all([searchRate(options, singleServerProbe(20, 7)), searchRate(options, singleServerProbe(20, 7))]);
    expect(once).toEqual(again);
  });

  it('never calls a rate beyond the service rate carried, however wide the limit', async () => {
    const search = await searchRate(options, singleServerProbe(1_000_000, 1));
    expect(search.ratePerSecond).toBeLessThan(1000 * 1.02);
  });
});

describe('search for the highest rate of a system with noise at its edge', () => {
  it('answers with a rate that passes more often than not', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = randomStream(seed, 'edge');
      const chance = (rate: number) => 1 / (1 + Math.exp((rate - 500) / 10));
      const search = await searchRate(options, async ({ ratePerSecond }) => outcome(random.uniform() < chance(ratePerSecond)));
      expectConsistent(search, options);
      expect(search.outcome).toBe('found');
      expect(chance(search.ratePerSecond ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(0.2);
      expect(search.ratePerSecond).toBeGreaterThan(400);
    }
  });
});

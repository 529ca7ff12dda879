import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/index.ts';
import { judgedClaimSchema } from '../contract/claim.ts';
import { findings, metric, variant, window } from './findings.testing.ts';
import { judgeClaims, judges } from './index.ts';
import type { Findings } from './judge.ts';
import { claimsFrom } from './registry.ts';
import { wantedCounts } from './shard-counts.ts';

const claims = claimsFrom(await readFile(new URL('../../fixtures/claims.yaml', import.meta.url), 'utf8'), 'fixtures/claims.yaml');
const existing = new Set(scenarios.map(({ id }) => id));
/** The claim as its own scenario would judge it by these findings. */
const judged = (found: Findings, id: string) => {
  const asked = claims.filter((each) => each.id === id);
  const [claim] = judgeClaims(asked, { ...found, scenario: asked[0]?.scenario ?? found.scenario });
  return judgedClaimSchema.parse(claim);
};

describe('the registry', () => {
  it('has a judge for every claim of a scenario that exists, and no judge without such a claim', () => {
    const assigned = claims.filter(({ scenario }) => existing.has(scenario)).map(({ id }) => id);
    expect(Object.keys(judges).toSorted()).toEqual(assigned.toSorted());
    expect(assigned.length).toBeGreaterThan(0);
  });

  it('would notice a claim without a judge', () => {
    const [template] = claims.filter(({ scenario }) => scenario === 'single-vs-sharded');
    expect(template).toBeDefined();
    if (template !== undefined) {
      expect(() => judgeClaims([{ ...template, id: 'never-judged' }], findings([]))).toThrow('claim never-judged has no judge');
    }
  });

  it('leaves the claims of other scenarios to them', () => {
    for (const scenario of existing) {
      expect(judgeClaims(claims, findings([], { scenario })).map(({ id }) => id)).toEqual(
        claims.filter((each) => each.scenario === scenario).map(({ id }) => id),
      );
    }
    expect(judgeClaims(claims, findings([], { scenario: 'another' }))).toEqual([]);
  });
});

describe('every claim', () => {
  const good = findings([variant({ id: 'single', runs: [window({ rate: 2000 })] })]);

  it.each(Object.keys(judges))('%s stays undecided in a run that is invalid, partial or empty, and always says why and where', (id) => {
    for (const rest of [
      { validity: { verdict: 'invalid' as const, reasons: ['the generator was busy'], checks: [] } },
      { status: 'partial' as const },
      { verdict: 'no-data' as const },
    ]) {
      expect(judged({ ...good, ...rest }, id).verdict).toBe('undecided');
    }
    expect(judged({ ...good, validity: { verdict: 'invalid', reasons: ['the generator was busy'], checks: [] } }, id).why).toContain(
      'the generator was busy',
    );
    for (const found of [good, findings([])]) {
      const { why } = judged(found, id);
      expect(why).toContain('embedded vector node 0.1.0, which is not Qdrant and decides nothing about it');
      expect(why).toContain('platform local');
      expect(why).toContain('equal total resources');
      expect(why).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('of which the variant was not run is undecided for that reason, in the words of the run where it left it out', () => {
    expect(judged(good, 'askbot-even-ranges')).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('was not run') });
    const left = { ...good, leftOut: [{ variant: 'router-random-3', why: 'there was no room' }] };
    expect(judged(left, 'system-random-placement').why).toContain('router-random-3 was left out, because there was no room');
  });
});

describe('response times', () => {
  const repeated = (rate: number) => Array.from({ length: 6 }, (_, index) => window({ rate, phase: 'judged', repetition: index + 1 }));
  const node = (p99: number, samples = 10_000, rest: Partial<Parameters<typeof variant>[0]> = {}) =>
    variant({ id: 'single', runs: repeated(1000), metrics: metric('search-response-p99', p99, p99 * 0.9, p99 * 1.1, samples), ...rest });
  const at = (...given: Parameters<typeof node>) => judged(findings([node(...given)]), 'production-p99');

  it('are confirmed by an interval below, refuted by one above, and open between', () => {
    expect(at(50)).toMatchObject({ verdict: 'confirmed', measured: { value: 50, unit: 'ms', interval: { low: 45 } } });
    expect(at(150).verdict).toBe('refuted');
    expect(at(100).verdict).toBe('undecided');
  });

  it('need repetitions, thirty searches in the tail, an answer that is right, and a rate that was carried', () => {
    expect(at(50, 10_000, { runs: repeated(1000).slice(1) }).why).toContain('5 valid windows at one carried rate');
    expect(at(50, 2000)).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('20 searches beyond') });
    expect(at(50, 10_000, { recall: 0.7 })).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('recall@10 0.7') });
    const lost = repeated(1000).map((run) => ({ ...run, counts: { issued: 100, succeeded: 50, failed: { timeout: 50 } } }));
    expect(at(50, 10_000, { runs: lost })).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('carried no rate') });
  });

  it('are not confirmed against a single window at a higher rate, nor by it', () => {
    const runs = [...repeated(100), window({ rate: 400, p99: 300 }), window({ rate: 800, p99: 3000, achieved: 0.6 })];
    expect(at(50, 10_000, { runs })).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('a single window at 400/s lies above'),
    });
    expect(at(150, 10_000, { runs: [...repeated(100), window({ rate: 400, p99: 30 })] }).verdict).toBe('refuted');
  });

  it('stay open where the variants do not agree, each with its own verdict', () => {
    const { verdict, why } = judged(findings([node(50), { ...node(500), id: 'router-hash-3' }]), 'production-p99');
    expect(verdict).toBe('undecided');
    expect(why).toContain('confirmed: single');
    expect(why).toContain('refuted: router-hash-3');
  });

  it.each(['foreign-cpu', 'cpu-steal'])('decide nothing on a machine that others used (%s), and keep their figure', (id) => {
    const on = (share: number, claim: string) =>
      judged(
        findings([node(50)], {
          validity: {
            verdict: 'valid',
            reasons: [],
            checks: [
              { id, title: 'CPU used by others', observed: share, limit: 0.05, unit: 'share', verdict: share > 0.05 ? 'unknown' : 'pass' },
            ],
          },
        }),
        claim,
      );
    expect(on(0.05, 'production-p99').verdict).toBe('confirmed');
    expect(on(0.123, 'production-p99')).toMatchObject({
      verdict: 'undecided',
      measured: { value: 50 },
      why: expect.stringContaining('CPU used by others was 12.3 % in the worst window, the limit is 5 %'),
    });
    // Recall is what it is, however long it took.
    expect(on(0.9, 'production-recall-10').verdict).toBe(on(0, 'production-recall-10').verdict);
  });

  it('of the recommender are refuted by the vector nodes alone, never by a search that embeds', () => {
    expect(judged(findings([node(90)]), 'production-recommender-p99').verdict).toBe('undecided');
    const slow = node(90, 10_000, { metrics: metric('slowest-shard-p99', 60, 50, 70) });
    expect(judged(findings([slow]), 'production-recommender-p99')).toMatchObject({ verdict: 'refuted', measured: { value: 60 } });
    expect(judged(findings([node(10)]), 'production-recommender-p99').verdict).toBe('confirmed');
  });
});

describe('the rate of a medium deployment', () => {
  const windows = (rates: readonly (readonly [number, number])[]) =>
    findings([variant({ id: 'single', runs: rates.map(([rate, p99], index) => window({ rate, p99, repetition: index + 1 })) })]);

  it('is confirmed only by an interval above 1000/s', () => {
    expect(judged(windows(Array.from({ length: 6 }, () => [1200, 50] as const)), 'production-qps-medium')).toMatchObject({
      verdict: 'confirmed',
      measured: { value: 1200, unit: 'searches/s' },
    });
    expect(judged(windows([[1200, 50]]), 'production-qps-medium')).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('a single window gives no interval'),
    });
  });

  it('is refuted by two broken windows at or below it, and open where nobody asked for more', () => {
    expect(
      judged(
        windows([
          [200, 50],
          [400, 150],
          [800, 900],
        ]),
        'production-qps-medium',
      ).verdict,
    ).toBe('refuted');
    expect(
      judged(
        windows([
          [200, 50],
          [400, 150],
        ]),
        'production-qps-medium',
      ).verdict,
    ).toBe('undecided');
    expect(
      judged(
        windows([
          [200, 50],
          [800, 60],
        ]),
        'production-qps-medium',
      ).verdict,
    ).toBe('undecided');
  });
});

describe('recall in production', () => {
  const withRecall = (recall: number, recallSamples = 1500) =>
    findings([variant({ id: 'single', runs: [window({ rate: 100, recall, recallSamples })] })]);

  it('follows its interval, from a thousand queries on', () => {
    expect(judged(withRecall(0.99), 'production-recall-10')).toMatchObject({
      verdict: 'confirmed',
      measured: { unit: 'percent', value: 99 },
    });
    expect(judged(withRecall(0.9), 'production-recall-10').verdict).toBe('refuted');
    expect(judged(withRecall(0.95), 'production-recall-10').verdict).toBe('undecided');
    expect(judged(withRecall(0.999, 900), 'production-recall-10')).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('900 queries'),
    });
  });
});

/** Variants with 1…8 hash shards of which each carries up to its rate. */
function counted(rates: Readonly<Record<number, number>>, documents = 10_000) {
  return Object.entries(rates).map(([shards, rate]) =>
    variant({
      id: shards === '1' ? `single-${documents}` : `router-hash-${shards}-${documents}`,
      shards: Number(shards),
      documents,
      runs: [window({ rate, passed: true }), window({ rate: rate + 10, passed: false })],
    }),
  );
}
const even: Readonly<Record<number, number>> = Object.fromEntries(wantedCounts.map((count) => [count, 100]));

describe('three shards', () => {
  it('are confirmed within 5 % of the best, refuted below, open where brackets overlap', () => {
    expect(judged(findings(counted({ ...even, 3: 300 })), 'askbot-shard-number')).toMatchObject({
      verdict: 'confirmed',
      measured: { value: 300 },
    });
    expect(judged(findings(counted({ ...even, 1: 300 })), 'askbot-shard-number').verdict).toBe('refuted');
    expect(judged(findings(counted(even)), 'askbot-shard-number').verdict).toBe('undecided');
  });

  it('are open while a number of shards is missing', () => {
    const rest = Object.fromEntries(Object.entries({ ...even, 1: 300 }).filter(([shards]) => shards !== '6'));
    expect(judged(findings(counted(rest)), 'askbot-shard-number')).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('6 was not run'),
    });
  });
});

describe('√n shards', () => {
  const both = (small: Readonly<Record<number, number>>, large: Readonly<Record<number, number>>) =>
    judged(findings([...counted(small, 10_000), ...counted(large, 90_000)]), 'system-sqrt-shards');

  it('hold where the best is within one step at both sizes under one reading', () => {
    // Nodes: √8 = 2.83, so 2, 3 or 4.
    expect(both({ ...even, 3: 300 }, { ...even, 4: 300 })).toMatchObject({ verdict: 'confirmed', measured: { value: 4 } });
    // Vectors: √1 = 1 and √9 = 3.
    expect(both({ ...even, 1: 300 }, { ...even, 2: 300 }).verdict).toBe('confirmed');
  });

  it('are refuted only where neither reading holds', () => {
    expect(both({ ...even, 8: 300 }, { ...even, 8: 300 })).toMatchObject({ verdict: 'refuted' });
    expect(both(even, even).verdict).toBe('undecided');
  });

  it('are never extrapolated: one size or five counts leave them open', () => {
    expect(judged(findings(counted({ ...even, 3: 300 })), 'system-sqrt-shards')).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('Nothing is extrapolated'),
    });
    const five = Object.fromEntries(Object.entries({ ...even, 3: 300 }).filter(([shards]) => shards !== '8'));
    expect(both(five, { ...even, 3: 300 }).verdict).toBe('undecided');
  });
});

describe('scatter and gather', () => {
  const pair = (after: number, complete = 1) =>
    judged(
      findings([
        variant({ id: 'single', recall: 0.99 }),
        variant({ id: 'router-hash-3', shards: 3, recall: after, metrics: metric('complete-answer-ratio', complete) }),
      ]),
      'askbot-scatter-gather',
    );

  it('is confirmed where nothing is lost, refuted where recall fell, open where a shard was silent', () => {
    expect(pair(0.99)).toMatchObject({ verdict: 'confirmed', measured: { value: 1 } });
    expect(pair(0.9).verdict).toBe('refuted');
    expect(pair(0.984).verdict).toBe('undecided');
    expect(pair(0.99, 0.999).verdict).toBe('undecided');
  });
});

describe('routing to relevant shards', () => {
  const routed = (recall: number, asked: number) =>
    judged(
      findings([
        variant({ id: 'single' }),
        variant({ id: 'router-hash-3', shards: 3 }),
        variant({ id: 'router-semantic-3', shards: 3, sharding: 'semantic', recall, metrics: metric('fan-out', asked) }),
      ]),
      'engineering-shard-routing',
    );

  it('is confirmed where work falls and recall stays, refuted where either does not', () => {
    expect(routed(0.98, 2)).toMatchObject({ verdict: 'confirmed', measured: { value: 2 / 3 } });
    expect(routed(0.8, 1).verdict).toBe('refuted');
    expect(routed(0.99, 3)).toMatchObject({ verdict: 'refuted', why: expect.stringContaining('Work did not fall') });
  });
});

describe('virtual nodes', () => {
  const ring = (at150: number, at500: number, documents = 20_000) =>
    judged(
      findings([], {
        ringBalance: [1, 10, 50, 150, 500].map((virtualNodes) => ({
          virtualNodes,
          shards: 3,
          documents,
          maximumOverMean: { 150: at150, 500: at500 }[virtualNodes] ?? 2,
        })),
      }),
      'system-virtual-nodes',
    );

  it('are enough at 1.2 × the mean where more gain little, from ten thousand documents on', () => {
    expect(ring(1.1, 1.08).verdict).toBe('confirmed');
    expect(ring(1.3, 1.29).verdict).toBe('refuted');
    expect(ring(1.19, 1.05).verdict).toBe('refuted');
    expect(ring(1.1, 1.08, 2000).verdict).toBe('undecided');
    expect(judged(findings([]), 'system-virtual-nodes').verdict).toBe('undecided');
  });
});

describe('changes after placement', () => {
  const audit = { added: 1000, updated: 600, deleted: 600, duplicates: 0, survivors: 0, lost: 0, stale: 0 };
  const points = (before: number[], after: number[]) => ({ pointsPerShardBefore: before, pointsPerShardAfter: after });
  const random = (changed: Partial<typeof audit>) =>
    judged(
      findings([
        variant({
          id: 'router-random-3',
          shards: 3,
          sharding: 'random',
          rest: { changeAudit: { ...audit, ...changed, ...points([1, 1, 1], [1, 1, 1]) } },
        }),
      ]),
      'system-random-placement',
    );
  const ranges = (after: number[], documents = 10_000) =>
    judged(
      findings([
        variant({
          id: 'router-range-3',
          shards: 3,
          sharding: 'range',
          documents,
          rest: { changeAudit: { ...audit, ...points([100, 100, 100], after) } },
        }),
      ]),
      'askbot-even-ranges',
    );

  it('reach the shard that holds the document, or refute random placement', () => {
    expect(random({})).toMatchObject({ verdict: 'confirmed', measured: { value: 0 } });
    expect(random({ survivors: 1 }).verdict).toBe('refuted');
    expect(random({ updated: 10, duplicates: 1 }).verdict).toBe('refuted');
    expect(random({ updated: 10 }).verdict).toBe('undecided');
  });

  it('refute even ranges where the last one grows, and confirm nothing about a million', () => {
    expect(ranges([100, 100, 130])).toMatchObject({ verdict: 'refuted', measured: { value: 130 / 330 } });
    expect(ranges([100, 100, 105])).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('a million documents') });
    expect(ranges([100, 100, 105], 900_000).verdict).toBe('confirmed');
  });
});

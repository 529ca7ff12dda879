import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StagedResponse, stageCohorts } from './stages.ts';

const response: fc.Arbitrary<StagedResponse> = fc
  .record({
    wait: fc.double({ min: 0, max: 10, noNaN: true }),
    network: fc.double({ min: 0, max: 10, noNaN: true }),
    embed: fc.double({ min: 0, max: 10, noNaN: true }),
    search: fc.double({ min: 0, max: 100, noNaN: true }),
  })
  .map(({ wait, network, embed, search }) => ({
    responseMs: wait + network + embed + search,
    clientWaitMs: wait,
    evidence: {
      total_ms: embed + search,
      stages: [
        { stage: 'embed', duration_ms: embed },
        { stage: 'search', duration_ms: search },
      ],
    },
  }));

describe('stageCohorts', () => {
  it('adds up: the parts of a cohort are its total', () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 300 }), (responses) => {
        for (const cohort of stageCohorts(responses)) {
          expect(cohort.parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(cohort.totalMs, 6);
        }
      }),
    );
  });

  it('orders its cohorts: p50 ≤ p95 ≤ p99', () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 300, maxLength: 400 }), (responses) => {
        const totals = new Map(stageCohorts(responses).map(({ cohort, totalMs }) => [cohort, totalMs]));
        expect(totals.get('p50') ?? Number.NaN).toBeLessThanOrEqual(totals.get('p95') ?? Number.NaN);
        expect(totals.get('p95') ?? Number.NaN).toBeLessThanOrEqual(totals.get('p99') ?? Number.NaN);
      }),
    );
  });

  it('is empty without responses and has no tail cohort for a handful', () => {
    expect(stageCohorts([])).toEqual([]);
    const [one] = fc.sample(response, { numRuns: 1, seed: 1 });
    expect(stageCohorts(one === undefined ? [] : [one]).map(({ cohort }) => cohort)).toEqual(['mean']);
  });
});

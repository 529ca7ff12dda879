import { describe, expect, it } from 'vitest';
import type { ResultVariant } from '../harness/contract/result.ts';
import { seriesOf } from './charts/series.ts';
import { crowded, drawnVariants } from './findings.ts';
import { manyResult } from './sample-many.testing.ts';
import { passingResult } from './sample-result.testing.ts';

const ids = (variants: readonly ResultVariant[]) => variants.map(({ id }) => id);

describe('the variants that charts draw', () => {
  it('are all where they are few', () => {
    const result = passingResult();
    expect(crowded(result)).toBe(false);
    expect(drawnVariants(result)).toEqual(result.variants);
  });

  it('are six of many: the baseline, what breaks a goal, then the order of the plan', () => {
    const result = manyResult();
    const drawn = ids(drawnVariants(result));
    expect(drawn).toEqual(['single', 'router-hash-3', 'router-range-3', 'router-random-3', 'router-consistent-hash-3', 'router-hash-8']);
    const last = result.variants.at(-1)?.id ?? '';
    for (const slo of result.slos) {
      slo.perVariant = slo.perVariant.map((each) => (each.variant === last ? { ...each, verdict: 'fail', margin: -3 } : each));
    }
    expect(ids(drawnVariants(result))).toContain(last);
  });

  it('always hold the baseline, wherever it stands, and name no variant that is not there', () => {
    const result = { ...manyResult(), baseline: 'small-router-hash-6' };
    result.slos = result.slos.map((slo) => ({
      ...slo,
      perVariant: [{ variant: 'left-out', verdict: 'fail' as const, sampleCount: 1, margin: -9 }, ...slo.perVariant],
    }));
    expect(ids(drawnVariants(result))).toContain('small-router-hash-6');
    expect(drawnVariants(result)).toHaveLength(6);
  });

  it('differ in dash and in mark, so that neither colour nor print is needed', () => {
    const result = manyResult();
    const looks = drawnVariants(result).map(({ id }) => seriesOf(result, id));
    expect(new Set(looks.map(({ dash }) => dash.join())).size).toBe(6);
    expect(new Set(looks.map(({ shape }) => shape)).size).toBe(6);
    expect(looks.every(({ minor }) => minor === undefined)).toBe(true);
    expect(seriesOf(result, 'small-router-hash-2').minor).toBe(true);
  });
});

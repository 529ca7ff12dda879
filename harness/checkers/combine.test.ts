import { describe, expect, it } from 'vitest';
import type { CheckerResult } from '../contract/result.ts';
import { combineResults } from './combine.ts';

const part = (verdict: CheckerResult['verdict'], checked: number, violations = 0): CheckerResult => ({
  id: 'c',
  verdict,
  checked,
  violations,
  exampleRequestIds: violations > 0 ? ['r'] : [],
  why: verdict,
});

describe('combineResults', () => {
  it('fails on one violation anywhere', () => {
    expect(combineResults([part('pass', 9), part('fail', 3, 1), part('unknown', 0)], false)).toMatchObject([
      { verdict: 'fail', checked: 12, violations: 1, exampleRequestIds: ['r'] },
    ]);
  });

  it('is unknown when no part saw anything, and when one of the parts that all must be seen did not', () => {
    expect(combineResults([part('unknown', 0), part('unknown', 0)], false)).toMatchObject([{ verdict: 'unknown' }]);
    expect(combineResults([part('pass', 5), part('unknown', 0)], false)).toMatchObject([{ verdict: 'pass', checked: 5 }]);
    expect(combineResults([part('pass', 5), part('unknown', 0)], true)).toMatchObject([{ verdict: 'unknown' }]);
  });

  it('keeps checkers apart and is empty for nothing', () => {
    expect(combineResults([part('pass', 1), { ...part('fail', 1, 1), id: 'd' }], false).map(({ id, verdict }) => [id, verdict])).toEqual([
      ['c', 'pass'],
      ['d', 'fail'],
    ]);
    expect(combineResults([], true)).toEqual([]);
  });
});

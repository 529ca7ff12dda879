import type { CheckerResult } from '../contract/result.ts';

/**
 * One checker's results over parts of the evidence as one: a violation anywhere fails it. `needsAll` says whether a part
 * that held nothing to judge leaves the whole unknown (variants, each of which must be seen) or not (steps of a variant).
 */
export function combineResults(results: readonly CheckerResult[], needsAll: boolean): CheckerResult[] {
  return [...Map.groupBy(results, ({ id }) => id)].map(([id, same]) => {
    const checked = same.reduce((sum, result) => sum + result.checked, 0);
    const violations = same.reduce((sum, result) => sum + result.violations, 0);
    const counts = { id, checked, violations, exampleRequestIds: same.flatMap(({ exampleRequestIds }) => exampleRequestIds).slice(0, 5) };
    const failed = same.find(({ verdict }) => verdict === 'fail');
    const unseen = same.filter(({ verdict }) => verdict === 'unknown');
    if (failed !== undefined) {
      return { ...counts, verdict: 'fail', why: failed.why };
    }
    const [firstUnseen] = unseen;
    return firstUnseen !== undefined && (needsAll || unseen.length === same.length)
      ? { ...counts, verdict: 'unknown', why: firstUnseen.why }
      : { ...counts, verdict: 'pass', why: `all of ${checked} that could be judged held it` };
  });
}

import type { CheckerResult } from '../contract/result.ts';

/** What a checker found in one answer; `unseen` answers held nothing that it could judge. */
export type Finding = { readonly outcome: 'holds' | 'unseen' } | { readonly outcome: 'violated'; readonly what: string };

export const holds: Finding = { outcome: 'holds' };
export const unseen: Finding = { outcome: 'unseen' };
export const violated = (what: string): Finding => ({ outcome: 'violated', what });

const maximumExamples = 5;

interface Judged {
  readonly requestId: string;
  readonly finding: Finding;
}

/**
 * Turns findings into a result: one violation fails, and a checker that could judge nothing is unknown and never passes.
 * `subject` names what was judged, for the reader: `3 of 10 <subject>: <first violation>`.
 */
export function conclude(id: string, subject: string, judged: readonly Judged[]): CheckerResult {
  const checked = judged.filter(({ finding }) => finding.outcome !== 'unseen').length;
  const broken = judged.flatMap(({ requestId, finding }) => (finding.outcome === 'violated' ? [{ requestId, what: finding.what }] : []));
  const [first] = broken;
  const exampleRequestIds = broken.slice(0, maximumExamples).map(({ requestId }) => requestId);
  const counts = { id, checked, violations: broken.length, exampleRequestIds };
  if (first !== undefined) {
    return { ...counts, verdict: 'fail', why: `${broken.length} of ${checked} ${subject} broke it, the first: ${first.what}` };
  }
  return checked === 0
    ? { ...counts, verdict: 'unknown', why: `none of ${judged.length} ${subject} held anything to judge` }
    : { ...counts, verdict: 'pass', why: `all of ${checked} ${subject} held it` };
}

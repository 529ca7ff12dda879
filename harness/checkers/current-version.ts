import type { CheckerResult } from '../contract/result.ts';
import type { GroundTruth } from '../corpus/ground-truth.ts';
import { conclude, type Finding, holds, unseen, violated } from './conclude.ts';
import type { ServedAnswer } from './served-answer.ts';

function judge({ tenant, hits, evidence }: ServedAnswer, truth: Pick<GroundTruth, 'violationOf'>): Finding {
  const applied = evidence.applied_sequence;
  for (const { doc_id, document_version } of hits) {
    const violation = truth.violationOf(tenant, { docId: doc_id, documentVersion: document_version }, applied);
    if (violation === 'stale-version' || violation === 'deleted') {
      const what = violation === 'deleted' ? 'was deleted' : 'was replaced';
      return violated(`version ${document_version} of ${doc_id} ${what} at or before ${applied}, which the answer says was applied`);
    }
  }
  return hits.length === 0 ? unseen : holds;
}

/** No answer shows a version that a change had replaced or deleted which the answer itself says was applied. */
export function currentVersion(answers: readonly ServedAnswer[], truth: Pick<GroundTruth, 'violationOf'>): CheckerResult {
  return conclude(
    'current-version',
    'answers',
    answers.map((answer) => ({ requestId: answer.requestId, finding: judge(answer, truth) })),
  );
}

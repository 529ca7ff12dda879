import type { CheckerResult } from '../contract/result.ts';
import type { GroundTruth } from '../corpus/ground-truth.ts';
import { conclude, type Finding, holds, unseen, violated } from './conclude.ts';
import type { ServedAnswer } from './served-answer.ts';

/** What was written, as far as the harness was told. */
export type WriteHistory = Pick<GroundTruth, 'contentOf' | 'mayHaveWritten'>;

function judge({ tenant, hits }: ServedAnswer, history: WriteHistory): Finding {
  for (const { doc_id, document_version, content } of hits) {
    const written = history.contentOf(tenant, doc_id, document_version);
    if (written === undefined && !history.mayHaveWritten(tenant, doc_id, content)) {
      return violated(`${tenant} never wrote version ${document_version} of ${doc_id}`);
    }
    if (written !== undefined && written !== content) {
      return violated(`version ${document_version} of ${doc_id} was served with other content than was written`);
    }
  }
  return hits.length === 0 ? unseen : holds;
}

/** Every hit is a version that its tenant wrote, with the content that was written. A write of unknown outcome may have happened. */
export function documentVersion(answers: readonly ServedAnswer[], history: WriteHistory): CheckerResult {
  return conclude(
    'document-version',
    'answers',
    answers.map((answer) => ({ requestId: answer.requestId, finding: judge(answer, history) })),
  );
}

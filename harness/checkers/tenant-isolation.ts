import type { CheckerResult } from '../contract/result.ts';
import { tenantsOfCanaries } from '../corpus/canary.ts';
import { conclude, type Finding, holds, unseen, violated } from './conclude.ts';
import type { ServedAnswer } from './served-answer.ts';

function judge({ tenant, hits, text }: ServedAnswer): Finding {
  // Everything that reached the caller, ids and labels included: a leak is a leak wherever it stands.
  const shown = `${JSON.stringify(hits)} ${text ?? ''}`;
  const seen = tenantsOfCanaries(shown);
  const foreign = seen.find((owner) => owner !== tenant);
  if (foreign !== undefined) {
    return violated(`${tenant} was shown a document of ${foreign}`);
  }
  return seen.length === 0 ? unseen : holds;
}

/** No tenant sees another's documents, neither as a hit nor quoted in an answer: told by the canary that each document carries. */
export function tenantIsolation(answers: readonly ServedAnswer[]): CheckerResult {
  return conclude(
    'tenant-isolation',
    'answers',
    answers.map((answer) => ({ requestId: answer.requestId, finding: judge(answer) })),
  );
}

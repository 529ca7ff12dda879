import type { CheckerResult } from '../contract/result.ts';
import { conclude, type Finding, holds, violated } from './conclude.ts';
import type { ServedAnswer } from './served-answer.ts';

function judge({ evidence }: ServedAnswer): Finding {
  const { shards, degraded, degraded_reason } = evidence;
  if (shards.answered > shards.asked) {
    return violated(`${shards.answered} shards answered, only ${shards.asked} were asked`);
  }
  if (shards.answered < shards.asked && !degraded) {
    return violated(`${shards.answered} of ${shards.asked} shards answered, and the answer does not say that it is degraded`);
  }
  if (degraded && !degraded_reason) {
    return violated('the answer is degraded and does not say why');
  }
  if (!degraded && degraded_reason !== null) {
    return violated(`the answer is not degraded, yet gives a reason: ${degraded_reason}`);
  }
  return holds;
}

/** Every asked shard answered, or the answer says that it is degraded and why. Passing does not mean that no answer was degraded. */
export function completeAnswers(answers: readonly ServedAnswer[]): CheckerResult {
  return conclude(
    'complete-answers',
    'answers',
    answers.map((answer) => ({ requestId: answer.requestId, finding: judge(answer) })),
  );
}

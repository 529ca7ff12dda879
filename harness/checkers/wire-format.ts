import type { CheckerResult } from '../contract/result.ts';
import { conclude, holds, violated } from './conclude.ts';
import { type RawAnswer, readServedAnswer, type ServedAnswer } from './served-answer.ts';

/**
 * Every successful answer has the form of its wire schema. What has not is left out of `answers`, which the other
 * checkers judge, and is seen here.
 */
export function wireFormat(raw: readonly RawAnswer[]): { result: CheckerResult; answers: ServedAnswer[] } {
  const read = raw.map((answer) => ({ answer, served: readServedAnswer(answer) }));
  const result = conclude(
    'wire-format',
    'answers',
    read.map(({ answer: { requestId, kind, body }, served }) => ({
      requestId,
      finding: served === undefined ? violated(`no ${kind} response: ${body.slice(0, 120)}`) : holds,
    })),
  );
  return { result, answers: read.flatMap(({ served }) => (served === undefined ? [] : [served])) };
}

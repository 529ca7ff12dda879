import type { Answer } from './answers.ts';
import { type AnswerOrigin, originOf } from './ask-answers.ts';
import type { Outcome } from './history.ts';

/** One request of a step, as far as a replay asks. */
export interface ReplayedRequest {
  /** Place in the schedule, and with it in the recording. */
  readonly job: number;
  readonly intendedUs: number;
  readonly succeeded: boolean;
  /** Of a question that was answered. */
  readonly answer?: {
    readonly responseMs: number;
    readonly origin: AnswerOrigin;
    /** Tokens of the prompt that it was made from. */
    readonly promptTokens: number;
    readonly answerTokens: number;
  };
  /** What was asked; equal for equal questions. */
  readonly question?: string;
}

/** The requests of a history, in the order of their intended start. */
export function replayedRequests(
  history: readonly Outcome[],
  answers: readonly Answer[],
  questionOf: (job: number) => string | undefined,
): ReplayedRequest[] {
  const answered = new Map(answers.filter(({ intent }) => intent.kind !== 'search').map((answer) => [answer.outcome.id, answer]));
  return history
    .map(({ id, job, intendedUs, doneUs, type }): ReplayedRequest => {
      const answer = answered.get(id);
      const question = questionOf(job);
      return {
        job,
        intendedUs,
        succeeded: type === 'ok',
        ...(answer?.usage === undefined || doneUs === undefined
          ? {}
          : {
              answer: {
                responseMs: (doneUs - intendedUs) / 1000,
                origin: originOf(answer),
                promptTokens: answer.usage.prompt_tokens,
                answerTokens: answer.usage.completion_tokens,
              },
            }),
        ...(question === undefined ? {} : { question }),
      };
    })
    .toSorted((a, b) => a.job - b.job);
}

import type { Request } from 'express';
import { headers, maximumAnswerTokens } from '../api/headers.ts';
import { ApiError } from './api-error.ts';

/** How many tokens the simulated model is to write; undefined where the caller leaves that to it. Throws `invalid_request`. */
export function answerTokensOf(request: Request): number | undefined {
  const given = request.get(headers.answerTokens);
  if (given === undefined) {
    return undefined;
  }
  const tokens = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
  if (!(tokens >= 1 && tokens <= maximumAnswerTokens)) {
    throw new ApiError('invalid_request', `header ${headers.answerTokens} is "${given}"`, {
      hint: `a whole number of tokens from 1 to ${maximumAnswerTokens}`,
    });
  }
  return tokens;
}

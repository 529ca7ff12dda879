import type { Response } from 'express';
import type { RandomStream } from '../policies/random-stream.ts';
import type { ChatMetrics } from './chat-metrics.ts';
import { createFaults, type PlannedFault } from './faults.ts';
import { createRateLimits, type RateLimitRefusal } from './limits/rate-limits.ts';
import { OpenAiError } from './openai-error.ts';
import type { ProviderSettings } from './settings.ts';

/** Anthropic's status of a host that has no room for anybody's request. */
const overloadedStatus = 529;

/** What stands between a chat request and the model. Both methods throw the `OpenAiError` of a refusal. */
export interface Admission {
  /** Called for every request on its arrival, a broken one too: it counts. Returns what will happen to its stream. */
  arrive(response: Response, nowMs: number): PlannedFault | undefined;
  /** Called once the request has turned out to be a good one, with the tokens that it may come to. */
  charge(response: Response, tokens: number, nowMs: number): void;
}

export function createAdmission(
  settings: ProviderSettings,
  streams: { readonly faults: RandomStream; readonly headers: RandomStream },
  metrics: ChatMetrics,
): Admission {
  const limits = createRateLimits(
    {
      requestsPerMinute: settings.LIMIT_REQUESTS_PER_MINUTE,
      tokensPerMinute: settings.LIMIT_TOKENS_PER_MINUTE,
      windowMs: settings.LIMIT_WINDOW_MS,
      headers: settings.LIMIT_HEADERS,
    },
    streams.headers,
  );
  const drawFaults = createFaults(
    {
      cut: settings.FAULT_CUT_SHARE,
      stalled: settings.FAULT_STALLED_SHARE,
      malformed: settings.FAULT_MALFORMED_SHARE,
      error: settings.FAULT_ERROR_SHARE,
    },
    settings.FAULT_OVERLOADED_SHARE,
    streams.faults,
  );
  let quotaLeft = settings.QUOTA_REQUESTS ?? Number.POSITIVE_INFINITY;
  const refuseBy = (response: Response, kind: 'requests' | 'tokens', refusal: RateLimitRefusal | undefined, nowMs: number) => {
    if (refusal !== undefined) {
      metrics.rejected(kind);
      response.set(limits.headers(nowMs, refusal));
      throw refusal;
    }
  };
  return {
    arrive(response, nowMs) {
      const { isOverloaded, stream } = drawFaults();
      if (quotaLeft <= 0) {
        metrics.rejected('insufficient_quota');
        const message = 'You exceeded your current quota, please check your plan and billing details.';
        throw new OpenAiError(429, 'insufficient_quota', null, message, 'insufficient_quota');
      }
      refuseBy(response, 'requests', limits.takeRequest(nowMs), nowMs);
      if (isOverloaded) {
        metrics.rejected('overloaded');
        throw new OpenAiError(overloadedStatus, null, null, 'Overloaded', 'overloaded_error');
      }
      return stream;
    },
    charge(response, tokens, nowMs) {
      refuseBy(response, 'tokens', limits.takeTokens(tokens, nowMs), nowMs);
      quotaLeft -= 1;
      response.set(limits.headers(nowMs));
    },
  };
}

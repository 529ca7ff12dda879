import type { RandomStream } from '../../policies/random-stream.ts';
import { createTokenBucket, type TokenBucket } from '../../policies/resilience/token-bucket.ts';
import { OpenAiError } from '../openai-error.ts';

/**
 * What clients meet in the wild. `sent`: as documented. `absent`: never. `negative`: -1 for every value. `mixed`: one of the three,
 * drawn for each answer.
 */
export const rateLimitHeaderModes = ['sent', 'absent', 'negative', 'mixed'] as const;
export type RateLimitHeaderMode = (typeof rateLimitHeaderModes)[number];

export interface RateLimitSettings {
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  /** Over which time a limit is enforced; a shorter one than a minute, as OpenAI says of its own. */
  readonly windowMs: number;
  readonly headers: RateLimitHeaderMode;
}

type Headers = Readonly<Record<string, string>>;

export interface RateLimits {
  /** Charges the arrival of a request. Returns the refusal, whose attempt counts as well. */
  takeRequest(nowMs: number): RateLimitRefusal | undefined;
  /** Charges tokens before they are worked on. A refusal takes none. */
  takeTokens(tokens: number, nowMs: number): RateLimitRefusal | undefined;
  /** What an answer says of the limits; with a refusal also when to come back. */
  headers(nowMs: number, refusal?: RateLimitRefusal): Headers;
}

/** `429 rate_limit_exceeded`. */
export class RateLimitRefusal extends OpenAiError {
  /** Undefined when waiting does not help: the request is larger than the limit. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: 'requests' | 'tokens', message: string, retryAfterMs: number | undefined) {
    super(429, 'rate_limit_exceeded', null, message, kind);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A duration as OpenAI's headers write it: `20ms`, `8.64s`, `6m0s`. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, Math.ceil(durationMs));
  if (ms < 1000) {
    return `${ms}ms`;
  }
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1000];
  return `${hours > 0 ? `${hours}h` : ''}${ms >= 60_000 ? `${minutes}m` : ''}${seconds}s`;
}

/** Limits of one model in requests and tokens per minute; a kind without a limit is neither enforced nor mentioned. */
export function createRateLimits(settings: RateLimitSettings, stream: RandomStream): RateLimits {
  const bucketOf = (perMinute: number | undefined) =>
    perMinute === undefined ? undefined : createTokenBucket({ perMinute, windowMs: settings.windowMs });
  const buckets = { requests: bucketOf(settings.requestsPerMinute), tokens: bucketOf(settings.tokensPerMinute) };
  const refuse = (kind: 'requests' | 'tokens', bucket: TokenBucket, amount: number, nowMs: number) => {
    const per = kind === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
    const figures = `Limit ${bucket.perMinute}, Requested ${amount}`;
    if (amount > bucket.perMinute && kind === 'tokens') {
      return new RateLimitRefusal(kind, `Request too large on ${per}: ${figures}. It must be made smaller to run.`, undefined);
    }
    const waitMs = bucket.waitMs(amount, nowMs);
    return new RateLimitRefusal(kind, `Rate limit reached on ${per}: ${figures}. Please try again in ${durationText(waitMs)}.`, waitMs);
  };
  const modeNow = (): RateLimitHeaderMode => {
    if (settings.headers !== 'mixed') {
      return settings.headers;
    }
    const draw = stream.uniform();
    return draw < 0.5 ? 'sent' : draw < 0.75 ? 'absent' : 'negative';
  };

  return {
    takeRequest(nowMs) {
      const bucket = buckets.requests;
      if (bucket === undefined || bucket.take(1, nowMs)) {
        return undefined;
      }
      bucket.penalise(1, nowMs);
      return refuse('requests', bucket, 1, nowMs);
    },
    takeTokens(tokens, nowMs) {
      const bucket = buckets.tokens;
      if (bucket === undefined || (tokens <= bucket.perMinute && bucket.take(tokens, nowMs))) {
        return undefined;
      }
      return refuse('tokens', bucket, tokens, nowMs);
    },
    headers(nowMs, refusal) {
      const values: Record<string, string> = {};
      for (const [kind, bucket] of Object.entries(buckets)) {
        if (bucket !== undefined) {
          values[`x-ratelimit-limit-${kind}`] = String(bucket.perMinute);
          values[`x-ratelimit-remaining-${kind}`] = String(Math.floor(bucket.level(nowMs)));
          values[`x-ratelimit-reset-${kind}`] = durationText(bucket.untilFullMs(nowMs));
        }
      }
      if (refusal?.retryAfterMs !== undefined) {
        values['retry-after'] = String(Math.ceil(refusal.retryAfterMs / 1000));
        values['retry-after-ms'] = String(Math.ceil(refusal.retryAfterMs));
      }
      const names = Object.keys(values);
      const mode = names.length === 0 ? 'absent' : modeNow();
      return mode === 'sent' ? values : mode === 'absent' ? {} : Object.fromEntries(names.map((name) => [name, '-1']));
    },
  };
}

/** What a rate limiter says to a call. */
export type RateVerdict =
  | { readonly kind: 'allowed' }
  /** The call costs more than the limiter can ever hold. */
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'refused'; readonly tokens: number; readonly retryAfterSeconds: number };

const secondsPerMinute = 60;

/** A token bucket that holds a minute's tokens and is full at first. */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  #tokens: number;
  #filledAtMs: number;

  constructor(perMinute: number, nowMs: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
    this.#tokens = perMinute;
    this.#filledAtMs = nowMs();
  }

  /** Takes the tokens of a call, or says when there will be enough. */
  take(cost: number): RateVerdict {
    if (cost > this.#perMinute) {
      return { kind: 'tooLarge' };
    }
    const nowMs = this.#nowMs();
    const perSecond = this.#perMinute / secondsPerMinute;
    this.#tokens = Math.min(this.#perMinute, this.#tokens + (perSecond * (nowMs - this.#filledAtMs)) / 1000);
    this.#filledAtMs = nowMs;
    if (this.#tokens < cost) {
      return { kind: 'refused', tokens: this.#tokens, retryAfterSeconds: (cost - this.#tokens) / perSecond };
    }
    this.#tokens -= cost;
    return { kind: 'allowed' };
  }
}

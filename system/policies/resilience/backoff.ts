export interface BackoffOptions {
  /** Ceiling of the first wait, ms. */
  readonly firstMs: number;
  /** No wait is longer, ms. */
  readonly longestMs: number;
}

/**
 * Wait before attempt `attempt + 1`, ms: exponential with full jitter, uniform in (0, min(longest, first · 2^attempt)].
 * Full jitter keeps those that failed together from coming back together. `positive` draws from (0, 1].
 */
export function backoffMs(attempt: number, { firstMs, longestMs }: BackoffOptions, positive: () => number): number {
  return positive() * Math.min(longestMs, firstMs * 2 ** attempt);
}

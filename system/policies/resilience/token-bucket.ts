/** A bucket that fills at a steady rate up to its capacity. Times are those of the caller's clock, ms, and never go back. */
export interface TokenBucket {
  readonly perMinute: number;
  /** What it holds when it is full. */
  readonly capacity: number;
  /**
   * Takes an amount if the bucket holds it. An amount beyond the capacity is taken from a full bucket and leaves it in debt, so
   * that large requests are slowed down and not refused for good.
   */
  take(amount: number, nowMs: number): boolean;
  /** Takes what there is, up to the amount, for an attempt that was refused. */
  penalise(amount: number, nowMs: number): void;
  /** At least 0. */
  level(nowMs: number): number;
  /** Until `take(amount)` would succeed if nobody else came. */
  waitMs(amount: number, nowMs: number): number;
  /** Until it is full if nobody came. */
  untilFullMs(nowMs: number): number;
}

const minuteMs = 60_000;
/** Of the amounts that this is compared with; refilling adds fractions. */
const roundingError = 1e-9;

/**
 * `windowMs` is the time over which the limit per minute is enforced: what it lets through in that time is the capacity, but at
 * least 1, so that a limit of 60 per minute enforced per second is one per second.
 */
export function createTokenBucket({ perMinute, windowMs }: { readonly perMinute: number; readonly windowMs: number }): TokenBucket {
  const perMs = perMinute / minuteMs;
  const capacity = Math.max(1, perMs * windowMs);
  let held = capacity;
  let filledMs = Number.NEGATIVE_INFINITY;
  const fill = (nowMs: number) => {
    if (nowMs > filledMs) {
      held = Math.min(capacity, held + (filledMs === Number.NEGATIVE_INFINITY ? 0 : (nowMs - filledMs) * perMs));
      filledMs = nowMs;
    }
  };
  const needed = (amount: number) => Math.min(amount, capacity);
  return {
    perMinute,
    capacity,
    take(amount, nowMs) {
      fill(nowMs);
      if (held < needed(amount) * (1 - roundingError)) {
        return false;
      }
      held -= amount;
      return true;
    },
    penalise(amount, nowMs) {
      fill(nowMs);
      held = Math.min(held, Math.max(0, held - amount));
    },
    level(nowMs) {
      fill(nowMs);
      return Math.max(0, held);
    },
    waitMs(amount, nowMs) {
      fill(nowMs);
      return Math.max(0, (needed(amount) - held) / perMs);
    },
    untilFullMs(nowMs) {
      fill(nowMs);
      return (capacity - held) / perMs;
    },
  };
}

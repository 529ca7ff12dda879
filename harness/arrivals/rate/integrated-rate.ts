/**
 * The integral of a rate λ(t) over a window [0, T] seconds. `expectedBy` and `dueAt` are inverse to each other wherever
 * the rate is above 0.
 */
export interface IntegratedRate {
  /** Arrivals expected in the whole window. */
  readonly total: number;
  /** Arrivals expected in [0, seconds]; beyond the window `total`. */
  expectedBy(seconds: number): number;
  /** The second by which so many arrivals are expected, to less than 1 µs; `expected` must be from 0 to `total`. */
  dueAt(expected: number): number;
}

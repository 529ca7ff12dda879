/** Places in the shared signal between the ticker's two threads. */
export const tickIndex = 0;
export const stopIndex = 1;

export interface TickerSettings {
  /** Shared with the I/O thread, ascending. */
  readonly offsetsUs: Float64Array;
  readonly signal: Int32Array;
  /** At least this long between two wakes; what falls due meanwhile is fired together. */
  readonly minimumGapUs: number;
}

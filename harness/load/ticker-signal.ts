/** Places in the shared signal between the ticker's two threads. */
export const tickIndex = 0;
export const stopIndex = 1;
/** Counts the times at which the alarm was set anew. */
export const alarmIndex = 2;
export const signalLength = 3;

/** What the alarm says while there is nothing to wake for. */
export const noAlarm = -1n;

export interface TickerSettings {
  readonly source:
    | { readonly kind: 'schedule' /** Shared with the I/O thread, ascending. */; readonly offsetsUs: Float64Array }
    | {
        readonly kind: 'alarm' /** Shared with the I/O thread: the one moment, µs from the epoch, at which to wake next. */;
        readonly dueUs: BigInt64Array;
      };
  readonly signal: Int32Array;
  /** At least this long between two wakes; what falls due meanwhile is fired together. */
  readonly minimumGapUs: number;
}

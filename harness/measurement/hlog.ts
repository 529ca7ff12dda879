import { encode, type Histogram } from './histogram.ts';

const microsecondsPerMillisecond = 1000;

/** One line of an interval log: what was recorded in a span of time, under a tag. */
export interface LoggedInterval {
  /** Tells lines apart that share a log, such as `search`; letters, digits, `.`, `_` and `-` only. */
  readonly tag: string;
  /** ms since 1970. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly histogram: Histogram;
}

const tagPattern = /^[A-Za-z0-9._-]+$/;

const seconds = (ms: number) => (ms / 1000).toFixed(3);

function line({ tag, startMs, lengthMs, histogram }: LoggedInterval, originMs: number): string {
  // A comma in a tag shifts every field behind it, in each of the readers.
  if (!tagPattern.test(tag)) {
    throw new RangeError(`the tag "${tag}" of an interval log may hold only letters, digits, ".", "_" and "-"`);
  }
  const maximumMs = histogram.totalCount === 0 ? 0 : histogram.maxValue / microsecondsPerMillisecond;
  return `Tag=${tag},${seconds(startMs - originMs)},${seconds(lengthMs)},${maximumMs.toFixed(3)},${encode(histogram)}`;
}

/**
 * The interval log of HdrHistogram, version 1.3 (the comment of its HistogramLogWriter and HistogramLogReader defines it):
 * times in seconds from the base time in the head, the highest value of each interval in ms, the histogram itself in µs. Lines are in
 * the order of their starts, which the readers take for granted. `originMs` is the moment, ms since 1970, at which the log begins. Throws
 * `RangeError` for a tag that would break a line and for an interval before the origin.
 *
 * It is written here because the writer of hdr-histogram-js 3 puts an empty line behind the start time and knows no base time.
 */
export function hlogText(originMs: number, intervals: readonly LoggedInterval[]): string {
  const early = intervals.find(({ startMs }) => startMs < originMs);
  if (early !== undefined) {
    throw new RangeError(`an interval of "${early.tag}" begins at ${early.startMs}, before the log begins at ${originMs}`);
  }
  const origin = seconds(originMs);
  const lines = intervals.toSorted((a, b) => a.startMs - b.startMs).map((interval) => line(interval, originMs));
  return [
    '#[Histogram log format version 1.3]',
    `#[BaseTime: ${origin} (seconds since epoch)]`,
    `#[StartTime: ${origin} (seconds since epoch), ${new Date(originMs).toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    '',
  ].join('\n');
}

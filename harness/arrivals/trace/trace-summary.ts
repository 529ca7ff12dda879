import type { TraceRequest } from './trace-request.ts';

const hourUs = 3_600_000_000;
const minuteUs = 60_000_000;
/** A CV of fewer gaps than this says little about its minute. */
const minimumGapsPerMinute = 10;

/** Figures of a recording; absent where it does not tell, or too little for the figure to mean anything. */
export interface TraceSummary {
  readonly requests: number;
  /** From the first request to the last. */
  readonly spanSeconds: number;
  /** Over all hours, counted from the beginning of the recording, from that of the first request to that of the last. */
  readonly meanPerHour: number;
  readonly peakPerHour: number;
  /** Absent within a single hour. */
  readonly peakToMean?: number;
  /** Median over the minutes with at least ten gaps of the coefficient of variation of the gaps that begin in it. */
  readonly gapCvPerMinute?: number;
  /** Share of requests whose question was asked before. */
  readonly repeatedQueryShare?: number;
  /** Share of retrieved passages that were retrieved before. */
  readonly repeatedPassageShare?: number;
  readonly inputTokensP50?: number;
  readonly outputTokensP50?: number;
}

function upperMedian(values: readonly number[]): number | undefined {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)];
}

/** Share of keys that are equal to an earlier one. */
function repeatedShare(keys: readonly string[]): number | undefined {
  return keys.length === 0 ? undefined : 1 - new Set(keys).size / keys.length;
}

function coefficientOfVariation(gaps: readonly number[]): number {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return Math.sqrt(variance) / mean;
}

function gapCvPerMinute(requests: readonly TraceRequest[]): number | undefined {
  const gapsOf = new Map<number, number[]>();
  for (const [index, { atUs }] of requests.entries()) {
    const next = requests[index + 1];
    if (next !== undefined) {
      const minute = Math.floor(atUs / minuteUs);
      const gaps = gapsOf.get(minute) ?? [];
      gapsOf.set(minute, gaps);
      gaps.push(next.atUs - atUs);
    }
  }
  const enough = [...gapsOf.values()].filter((gaps) => gaps.length >= minimumGapsPerMinute && gaps.some((gap) => gap > 0));
  return upperMedian(enough.map(coefficientOfVariation));
}

function hourly(requests: readonly TraceRequest[]): { readonly hours: number; readonly peak: number } {
  const counts = new Map<number, number>();
  for (const { atUs } of requests) {
    const hour = Math.floor(atUs / hourUs);
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  const firstHour = Math.floor((requests[0]?.atUs ?? 0) / hourUs);
  const lastHour = Math.floor((requests.at(-1)?.atUs ?? 0) / hourUs);
  return { hours: lastHour - firstHour + 1, peak: [...counts.values()].reduce((most, count) => Math.max(most, count), 0) };
}

/** Leaves out what is not known. */
function known<Figures extends Record<string, number | undefined>>(figures: Figures): { [Figure in keyof Figures]?: number } {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as { [Figure in keyof Figures]?: number };
}

const present = (value: number | undefined): value is number => value !== undefined;

/** Describes a recording in its published terms. Throws `RangeError` without requests. */
export function summariseTrace(requests: readonly TraceRequest[]): TraceSummary {
  const [first] = requests;
  const last = requests.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError('summariseTrace: 0 requests have no rate');
  }
  const { hours, peak } = hourly(requests);
  return {
    requests: requests.length,
    spanSeconds: (last.atUs - first.atUs) / 1_000_000,
    meanPerHour: requests.length / hours,
    peakPerHour: peak,
    ...known({
      peakToMean: hours > 1 ? (peak * hours) / requests.length : undefined,
      gapCvPerMinute: gapCvPerMinute(requests),
      repeatedQueryShare: repeatedShare(requests.flatMap(({ queryKey }) => (queryKey === undefined ? [] : [queryKey]))),
      repeatedPassageShare: repeatedShare(requests.flatMap(({ passageKeys }) => passageKeys ?? [])),
      inputTokensP50: upperMedian(requests.map(({ inputTokens }) => inputTokens).filter(present)),
      outputTokensP50: upperMedian(requests.map(({ outputTokens }) => outputTokens).filter(present)),
    }),
  };
}

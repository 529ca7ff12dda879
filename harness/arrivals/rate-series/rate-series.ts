import type { RateProfile } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';

/** Samples that are further apart than so many usual intervals leave out what happened in between. */
const longestGap = 1.5;
/** A profile of more steps than this is no longer something that a result can carry for every variant. */
const mostSteps = 20_000;

/** Which of the series of a file is meant: one by its name, or all of them together. */
export interface SeriesChoice {
  readonly series?: string | undefined;
  readonly sum?: boolean | undefined;
}

/** Samples as a file holds them, each value already a rate. */
export interface RateSamples {
  /** How the file is written and what was taken from it, such as `CSV, column "rps"`. */
  readonly origin: string;
  /** Unix time, or counted from any other moment. */
  readonly timesMs: readonly number[];
  readonly ratesPerSecond: readonly number[];
  /** Where a sample stands, such as `line 12` or `data.result[0].values[3]`. */
  readonly placeOf: (index: number) => string;
}

/** A rate over time as somebody recorded it. */
export interface RateSeries {
  readonly origin: string;
  /** Time of the first sample; of the Unix epoch where the file says when it was recorded. */
  readonly beginsAtMs: number;
  /** The usual distance between two samples (median). */
  readonly intervalSeconds: number;
  /** Each rate holds until the next point, the last for one usual interval. */
  readonly points: readonly { readonly atSeconds: number; readonly ratePerSecond: number }[];
}

/** What cannot be used of a series: the file, the place, the value and what would be right (exit 78). */
export function seriesFailure(file: string, place: string, problem: string, hint: string): Failure {
  return new Failure('configuration', 'invalid_rate_series', `${file}, ${place}: ${problem}`, { hint });
}

/** A series of which nothing can be said, because it holds next to nothing (exit 97). */
export function emptySeries(file: string, problem: string, hint: string): Failure {
  return new Failure('noData', 'empty_rate_series', `${file} ${problem}`, { hint });
}

/** A value as a message shows it: short, and visibly quoted. */
export function shown(value: unknown): string {
  const text = (typeof value === 'number' ? String(value) : JSON.stringify(value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notANumber = /^([+-]?(nan|inf(inity)?)|null|undefined|n\/a|-)?$/i;

/** A rate as it is written in a file. Throws where it is none, or below 0. */
export function rateIn(text: string, what: string, file: string, place: string): number {
  const trimmed = text.trim();
  if (notANumber.test(trimmed)) {
    throw seriesFailure(
      file,
      place,
      `${what} is ${shown(text)}, which is no value: nothing was scraped then, or the series had ended`,
      'fill in what is missing, or cut the series there; a rate that was zero is written as 0',
    );
  }
  const rate = decimal.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (!Number.isFinite(rate)) {
    throw seriesFailure(file, place, `${what} is ${shown(text)}, which is no number`, 'a rate is a decimal number such as 12.5');
  }
  if (rate < 0) {
    throw seriesFailure(
      file,
      place,
      `${what} is ${shown(text)}, and nothing arrives at less than 0 a second`,
      'a counter that was reset gives such values: query rate() and not deriv() or delta()',
    );
  }
  return rate;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Refuses samples out of order, at one time, or too far apart. Returns the usual distance, ms. */
function checkTimes({ timesMs, placeOf }: RateSamples, file: string): number {
  const distances = timesMs.slice(1).map((time, index) => time - (timesMs[index] ?? 0));
  for (const [index, distance] of distances.entries()) {
    const place = placeOf(index + 1);
    if (distance === 0) {
      throw seriesFailure(
        file,
        place,
        `its time ${shown((timesMs[index + 1] ?? 0) / 1000)} s is that of ${placeOf(index)} too`,
        'one sample a time: aggregate several series, or name one with --series',
      );
    }
    if (distance < 0) {
      throw seriesFailure(
        file,
        place,
        `it is ${-distance / 1000} s before ${placeOf(index)}`,
        'samples are read in the order in which they came: sort the series by time',
      );
    }
  }
  const usual = median(distances.toSorted((a, b) => a - b));
  const gap = distances.findIndex((distance) => distance > longestGap * usual);
  if (gap !== -1) {
    throw seriesFailure(
      file,
      placeOf(gap + 1),
      `a gap: it is ${(distances[gap] ?? 0) / 1000} s after ${placeOf(gap)}, and samples are usually ${usual / 1000} s apart`,
      'fill the gap, cut the series there, or query it with a longer step',
    );
  }
  return usual;
}

/**
 * The samples as a series, in order and without gaps. Throws `Failure`: out of order, two at one time, a gap (78); too few
 * samples, or nothing but zeros (97).
 */
export function rateSeries(samples: RateSamples, file: string): RateSeries {
  const { origin, timesMs, ratesPerSecond } = samples;
  const [beginsAtMs] = timesMs;
  if (beginsAtMs === undefined) {
    throw emptySeries(file, 'holds no sample', 'nothing can be simulated without a load');
  }
  if (timesMs.length === 1) {
    throw emptySeries(file, 'holds one sample, which does not tell for how long', 'a series has at least two samples');
  }
  const usualMs = checkTimes(samples, file);
  if (ratesPerSecond.every((rate) => rate === 0)) {
    throw emptySeries(file, `holds ${timesMs.length} samples, and every one of them is 0`, 'nothing can be simulated without a load');
  }
  return {
    origin,
    beginsAtMs,
    intervalSeconds: usualMs / 1000,
    points: timesMs.map((timeMs, index) => ({
      atSeconds: (timeMs - beginsAtMs) / 1000,
      ratePerSecond: ratesPerSecond[index] ?? 0,
    })),
  };
}

/** A series as the load of a run. */
export interface SeriesProfile {
  readonly profile: Extract<RateProfile, { shape: 'step' }>;
  readonly seconds: number;
  /** Samples whose mean each step is; 1 where every sample has its own. */
  readonly samplesPerStep: number;
}

/**
 * The series as steps, times `scale`. As many arrivals are expected as the series tells, also where it is so long that several
 * samples are put together.
 */
export function profileOf({ points, intervalSeconds }: RateSeries, scale = 1): SeriesProfile {
  const seconds = (points.at(-1)?.atSeconds ?? 0) + intervalSeconds;
  const samplesPerStep = Math.ceil(points.length / mostSteps);
  const steps: { fromSeconds: number; ratePerSecond: number }[] = [];
  for (let first = 0; first < points.length; first += samplesPerStep) {
    const fromSeconds = points[first]?.atSeconds ?? 0;
    const untilSeconds = points[first + samplesPerStep]?.atSeconds ?? seconds;
    let expected = 0;
    for (let index = first; index < Math.min(first + samplesPerStep, points.length); index += 1) {
      const { atSeconds = 0, ratePerSecond = 0 } = points[index] ?? {};
      expected += ratePerSecond * ((points[index + 1]?.atSeconds ?? seconds) - atSeconds);
    }
    const ratePerSecond =
      samplesPerStep === 1 ? (points[first]?.ratePerSecond ?? 0) * scale : (expected / (untilSeconds - fromSeconds)) * scale;
    if (ratePerSecond !== steps.at(-1)?.ratePerSecond) {
      steps.push({ fromSeconds, ratePerSecond });
    }
  }
  return { profile: { shape: 'step', steps }, seconds, samplesPerStep };
}

import type { ResultVariant, RunRecord } from '../contract/result.ts';

/** A rate that was not answered has no response time: what is dropped or fails is not counted in it. */
const leastAchieved = 0.98;
const mostErrors = 0.001;

/** Did the system carry the rate of this window, whatever its response times? */
export function carried({ validity, counts }: RunRecord): boolean {
  const failed = Object.values(counts.failed).reduce((sum, count) => sum + count, 0);
  return (
    validity.verdict === 'valid' &&
    counts.issued > 0 &&
    counts.succeeded >= counts.issued * leastAchieved &&
    failed <= counts.issued * mostErrors
  );
}

export interface RateWindows {
  readonly ratePerSecond: number;
  readonly runs: readonly RunRecord[];
}

/** Valid windows by nominal rate, ascending. A rate of which every window was invalid is absent. */
export function validRates({ runs }: ResultVariant): RateWindows[] {
  // The windows of a closed loop have no nominal rate.
  const valid = runs.filter(({ validity, ratePerSecond }) => validity.verdict === 'valid' && ratePerSecond !== undefined);
  return [...Map.groupBy(valid, ({ ratePerSecond = 0 }) => ratePerSecond)]
    .map(([ratePerSecond, windows]) => ({ ratePerSecond, runs: windows }))
    .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
}

const most = (runs: readonly RunRecord[], holds: (run: RunRecord) => boolean) => runs.filter(holds).length * 2 > runs.length;

/** Carried rates, ascending, with their carried windows: all below `wanted`, and the first from there on. */
export function carriedRates(variant: ResultVariant, wanted: number): RateWindows[] {
  const all = validRates(variant)
    .filter(({ runs }) => most(runs, carried))
    .map(({ ratePerSecond, runs }) => ({ ratePerSecond, runs: runs.filter(carried) }));
  const first = all.findIndex(({ ratePerSecond }) => ratePerSecond >= wanted);
  return first === -1 ? all : all.slice(0, first + 1);
}

/** Between which rates a limit breaks: held at `low` (0 where nowhere), broken at `high` (infinite where nowhere). */
export interface Bracket {
  readonly low: number;
  readonly high: number;
  /** Valid windows at or above `high` that broke the limit. */
  readonly brokenWindows: number;
}

/**
 * Where a variant's rates stop holding. A ladder measures each rate once or a few times, so a rate that passed above one
 * that failed widens the bracket instead of deciding which of them was chance.
 */
export function bracketOf(variant: ResultVariant, holds: (run: RunRecord) => boolean): Bracket | undefined {
  const rates = validRates(variant);
  if (rates.length === 0) {
    return undefined;
  }
  const passed = rates.filter(({ runs }) => most(runs, holds)).map(({ ratePerSecond }) => ratePerSecond);
  const failed = rates.filter(({ runs }) => !most(runs, holds));
  const highestPassed = passed.at(-1) ?? 0;
  const lowestFailed = failed[0]?.ratePerSecond ?? Number.POSITIVE_INFINITY;
  const [low, high] =
    lowestFailed < highestPassed
      ? [
          passed.filter((rate) => rate < lowestFailed).at(-1) ?? 0,
          failed.find(({ ratePerSecond }) => ratePerSecond > highestPassed)?.ratePerSecond ?? Number.POSITIVE_INFINITY,
        ]
      : [highestPassed, lowestFailed];
  const brokenWindows = rates
    .filter(({ ratePerSecond }) => ratePerSecond >= high)
    .flatMap(({ runs }) => runs.filter((run) => !holds(run))).length;
  return { low, high, brokenWindows };
}

/** Answered searches per second of one window; undefined where none was answered. */
export function searchesPerSecond({ searchResponseMs, counts, achievedPerSecond }: RunRecord): number | undefined {
  return searchResponseMs === undefined || counts.succeeded === 0
    ? undefined
    : (achievedPerSecond * searchResponseMs.sampleCount) / counts.succeeded;
}

import { scheduledStarts } from '../../arrivals/index.ts';
import { integratedRate } from '../../arrivals/rate/profiles.ts';
import type { Trace } from '../../arrivals/trace/trace-request.ts';
import type { Step } from '../../autoscaling/elasticity.ts';
import { arrivalSettings, type RateProfile } from '../../contract/arrivals.ts';
import type { SimulatedLoad } from '../../contract/simulation.ts';

/** Spans over which the rate of a recording is counted: shorter ones would count chance. */
const traceSpanSeconds = 60;
/** A rate that changes all the time is looked at in so many spans at most, and every second at the most often. */
const mostSpans = 8_000;

/** A mean rate that holds until the next one. */
interface RateSpan {
  readonly fromSeconds: number;
  readonly ratePerSecond: number;
}

/** Where a profile jumps; between two edges its rate is constant. `undefined` where it changes all the time. */
function edgesOf(profile: RateProfile): number[] | undefined {
  switch (profile.shape) {
    case 'constant':
      return [0];
    case 'step':
      return profile.steps.map(({ fromSeconds }) => fromSeconds);
    case 'spike':
      return [0, profile.atSeconds, profile.atSeconds + profile.widthSeconds];
    case 'ramp':
    case 'diurnal':
    case 'soak':
      return undefined;
  }
}

function profiledRates(profile: RateProfile, seconds: number): RateSpan[] {
  const rate = integratedRate(profile, seconds);
  const spans = Math.min(mostSpans, Math.ceil(seconds));
  const edges = [...new Set(edgesOf(profile) ?? Array.from({ length: spans }, (_, span) => (span * seconds) / spans))].filter(
    (edge) => edge < seconds,
  );
  return edges.map((fromSeconds, index) => {
    const toSeconds = edges[index + 1] ?? seconds;
    // Floating point may leave a silent hour at a billionth of a request.
    const ratePerSecond = (rate.expectedBy(toSeconds) - rate.expectedBy(fromSeconds)) / (toSeconds - fromSeconds);
    return { fromSeconds, ratePerSecond: ratePerSecond < 1e-9 ? 0 : ratePerSecond };
  });
}

/** A replay is the same for every seed, so that its rate is what it brings. */
function replayedRates({ arrivals, profile }: SimulatedLoad, seconds: number, trace: Trace | undefined): RateSpan[] {
  const next = scheduledStarts(arrivals, { profile, durationMs: seconds * 1000, seed: 0, trace });
  const counts = Array.from({ length: Math.ceil(seconds / traceSpanSeconds) }, () => 0);
  for (let atUs = next(); atUs !== undefined; atUs = next()) {
    const span = Math.floor(atUs / 1_000_000 / traceSpanSeconds);
    counts[span] = (counts[span] ?? 0) + 1;
  }
  return counts.map((count, span) => ({
    fromSeconds: span * traceSpanSeconds,
    ratePerSecond: count / Math.min(traceSpanSeconds, seconds - span * traceSpanSeconds),
  }));
}

/** The mean rate of a load over its time; bursts of an arrival process are chance and do not count. */
export function rateSpans(load: SimulatedLoad, seconds: number, trace?: Trace): RateSpan[] {
  return arrivalSettings(load.arrivals).process === 'trace' ? replayedRates(load, seconds, trace) : profiledRates(load.profile, seconds);
}

/**
 * The fewest replicas whose capacity covers the load, by time. Beyond what the other tiers carry no replica helps, so that demand
 * counts the load only up to there.
 */
export function demandSteps(
  spans: readonly RateSpan[],
  capacity: { readonly ratePerSecond: number; readonly ceilingPerSecond: number },
): Step[] {
  const steps = spans.map(({ fromSeconds, ratePerSecond }) => ({
    atMs: fromSeconds * 1000,
    // A rate that is a multiple of the capacity but for floating point needs no further replica.
    replicas: Math.max(0, Math.ceil(Math.min(ratePerSecond, capacity.ceilingPerSecond) / capacity.ratePerSecond - 1e-9)),
  }));
  return steps.filter(({ replicas }, index) => replicas !== steps[index - 1]?.replicas);
}

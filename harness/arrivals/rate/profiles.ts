import type { RateProfile } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { cosineRate } from './cosine.ts';
import type { IntegratedRate } from './integrated-rate.ts';
import { piecewiseLinear, type RatePiece } from './piecewise-linear.ts';
import { repeatedRate } from './repeated.ts';

type Shape = RateProfile['shape'];
type ProfileOf<S extends Shape> = Extract<RateProfile, { shape: S }>;

const secondsPerDay = 86_400;

const level = (seconds: number, perSecond: number): RatePiece => ({ seconds, fromPerSecond: perSecond, toPerSecond: perSecond });

/** What a profile names must lie in the window: a spike after its end would never be seen. */
function mustLieWithin(what: string, seconds: number, windowSeconds: number): void {
  if (seconds > windowSeconds) {
    throw new Failure('configuration', 'invalid_rate_profile', `${what} ${seconds} s, the window ends at ${windowSeconds} s`, {
      hint: 'make the window longer or the profile shorter',
    });
  }
}

/** Every rate profile by its shape. To add one: its shape in `rateProfileSchema`, its integral here. */
const integrals: { readonly [S in Shape]: (profile: ProfileOf<S>, windowSeconds: number) => IntegratedRate } = {
  constant: ({ ratePerSecond }, seconds) => piecewiseLinear([level(seconds, ratePerSecond)]),
  ramp: ({ fromPerSecond, toPerSecond }, seconds) => piecewiseLinear([{ seconds, fromPerSecond, toPerSecond }]),
  step({ steps }, windowSeconds) {
    mustLieWithin(`steps[${steps.length - 1}] begins at`, steps.at(-1)?.fromSeconds ?? 0, windowSeconds);
    const ends = [...steps.slice(1).map(({ fromSeconds }) => fromSeconds), windowSeconds];
    return piecewiseLinear(
      steps.map(({ fromSeconds, ratePerSecond }, index) => level((ends[index] ?? windowSeconds) - fromSeconds, ratePerSecond)),
    );
  },
  spike({ basePerSecond, peakPerSecond, atSeconds, widthSeconds }, windowSeconds) {
    mustLieWithin('the spike ends at', atSeconds + widthSeconds, windowSeconds);
    return piecewiseLinear([
      level(atSeconds, basePerSecond),
      level(widthSeconds, peakPerSecond),
      level(windowSeconds - atSeconds - widthSeconds, basePerSecond),
    ]);
  },
  diurnal(profile, windowSeconds) {
    const { meanPerSecond, amplitude = 0, peakAtSeconds = 0, periodSeconds = secondsPerDay, weights } = profile;
    if (weights === undefined) {
      return cosineRate({ meanPerSecond, amplitude, periodSeconds, peakAtSeconds }, windowSeconds);
    }
    const meanWeight = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    const period = piecewiseLinear(weights.map((weight) => level(periodSeconds / weights.length, (meanPerSecond * weight) / meanWeight)));
    return repeatedRate(period, periodSeconds, windowSeconds);
  },
  soak({ ratePerSecond, rampUpSeconds }, windowSeconds) {
    mustLieWithin('the ramp-up ends at', rampUpSeconds, windowSeconds);
    return piecewiseLinear([
      { seconds: rampUpSeconds, fromPerSecond: 0, toPerSecond: ratePerSecond },
      level(windowSeconds - rampUpSeconds, ratePerSecond),
    ]);
  },
};

/**
 * The integral of a profile over a window. Throws a `Failure` (`invalid_rate_profile`) when a part that the profile names
 * lies outside.
 */
export function integratedRate<S extends Shape>(profile: { shape: S } & ProfileOf<S>, windowSeconds: number): IntegratedRate {
  return integrals[profile.shape](profile, windowSeconds);
}

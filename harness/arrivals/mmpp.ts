import type { ArrivalProcess, SettingsOf } from './arrival-process.ts';

interface BurstStates {
  /** Rate in each state ÷ mean rate. */
  readonly factors: readonly number[];
  /** Share of the time in each state. */
  readonly shares: readonly number[];
  readonly meanSeconds: readonly number[];
}

/**
 * The states with their rates brought to a mean of 1. As every other state follows with equal probability, all states are
 * entered equally often, and the share of the time in one is in proportion to its mean stay.
 */
export function burstStates({ states }: SettingsOf<'mmpp'>): BurstStates {
  const meanSeconds = states.map((state) => state.meanSeconds);
  const totalSeconds = meanSeconds.reduce((sum, seconds) => sum + seconds, 0);
  const shares = meanSeconds.map((seconds) => seconds / totalSeconds);
  const mean = states.reduce((sum, { rateFactor }, index) => sum + rateFactor * (shares[index] ?? 0), 0);
  return { factors: states.map(({ rateFactor }) => rateFactor / mean), shares, meanSeconds };
}

/** The place at which the running sum of the shares passes `position` in [0, 1). */
function stateAt(shares: readonly number[], position: number): number {
  let rest = position;
  for (const [state, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) {
      return state;
    }
  }
  return shares.length - 1;
}

/**
 * Markov-modulated Poisson arrivals: a hidden state with exponential stays multiplies the rate, and neighbouring gaps are
 * alike, which no renewal process gives (Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP)
 * cookbook", Performance Evaluation 18, 1993). Stays are seconds of the clock whatever the rate profile; the window
 * begins in a state drawn by its share of the time.
 */
export const mmppArrivals: ArrivalProcess<'mmpp'> = (settings, { random, rate }) => {
  const { factors, shares, meanSeconds } = burstStates(settings);
  let state = stateAt(shares, random.uniform());
  let untilSeconds = random.exponential() * (meanSeconds[state] ?? 0);
  let until = rate.expectedBy(untilSeconds);
  let at = 0;
  return () => {
    let need = random.exponential();
    for (;;) {
      const factor = factors[state] ?? 0;
      const offered = (until - at) * factor;
      if (need < offered) {
        at += need / factor;
        return at;
      }
      if (until >= rate.total) {
        return Number.POSITIVE_INFINITY;
      }
      need -= offered;
      at = until;
      const step = 1 + random.below(factors.length - 1);
      state = (state + step) % factors.length;
      untilSeconds += random.exponential() * (meanSeconds[state] ?? 0);
      until = rate.expectedBy(untilSeconds);
    }
  };
};

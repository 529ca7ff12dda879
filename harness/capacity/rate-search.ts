/** What one probe said about its rate. `undecided` is a probe that may not count, such as one whose generator was late. */
export type ProbeVerdict = 'passed' | 'failed' | 'undecided';

export interface ProbeOutcome {
  readonly verdict: ProbeVerdict;
  /** One sentence: which limit broke, or why the probe says nothing. */
  readonly reason: string;
}

export type SearchPhase = 'bracket' | 'bisect' | 'confirm';

/** What a probe is asked to do; `index` counts all probes of the search from 0 and is there to derive a seed from. */
export interface ProbeTask {
  readonly index: number;
  readonly ratePerSecond: number;
  readonly phase: SearchPhase;
}

export type Probed<Outcome extends ProbeOutcome> = ProbeTask & Outcome;

export interface RateSearchOptions {
  readonly startRatePerSecond: number;
  /** The search goes no higher: beyond it the generator, not the system, would be measured. */
  readonly maximumRatePerSecond: number;
  /** The search goes no lower: a system that fails here fails. */
  readonly minimumRatePerSecond: number;
  /** Width of the final bracket as a share of its lower end, at most. */
  readonly relativeWidth: number;
  /** Passes that the final rate needs beyond the one that found it. */
  readonly confirmations: number;
  /** However long the system disagrees with itself, the search ends after so many probes. */
  readonly maximumProbes: number;
  /** How often a probe that says nothing is made again before the search gives up. */
  readonly retries: number;
}

interface Conclusion {
  /**
   * `found`: the highest rate is known to the asked width and confirmed. `never-failed`: even the maximum passed, so the answer
   * is at least that. `always-failed`: no rate passed. `undecided`: the probes ran out, or said nothing.
   */
  readonly outcome: 'found' | 'never-failed' | 'always-failed' | 'undecided';
  /** The highest rate that passed all its probes; confirmed exactly when the outcome is `found` or `never-failed`. */
  readonly ratePerSecond?: number;
  /** The lowest rate that failed. With `ratePerSecond` it brackets the answer; absent where nothing failed. */
  readonly failedAtPerSecond?: number;
  /** Why the search ended as it did, one sentence. */
  readonly reason: string;
}

export type RateSearch<Outcome extends ProbeOutcome> = Conclusion & {
  /** Every probe, in the order in which it was made. */
  readonly probes: readonly Probed<Outcome>[];
};

/** Rates have four digits: no probe tells them closer apart. */
const rounded = (rate: number) => Number(rate.toPrecision(4));
/** Below, the rounding of the rates would stop the search first. */
const narrowestWidth = 0.01;

/** Every problem of the options in one sentence each; a search that starts is one that can end. */
function problemsOf(options: RateSearchOptions): string[] {
  const { startRatePerSecond, minimumRatePerSecond, maximumRatePerSecond, relativeWidth, confirmations, maximumProbes, retries } = options;
  const whole = { confirmations, maximumProbes, retries };
  return [
    ...(minimumRatePerSecond > 0 && minimumRatePerSecond <= startRatePerSecond && startRatePerSecond <= maximumRatePerSecond
      ? []
      : [`rates must rise from minimum over start to maximum: ${minimumRatePerSecond}, ${startRatePerSecond}, ${maximumRatePerSecond}`]),
    ...(Number.isFinite(maximumRatePerSecond) ? [] : [`maximumRatePerSecond is ${maximumRatePerSecond}, which is not finite`]),
    ...(relativeWidth >= narrowestWidth && relativeWidth < 1
      ? []
      : [`relativeWidth is ${relativeWidth}, not from ${narrowestWidth} to below 1`]),
    ...Object.entries(whole).flatMap(([name, value]) =>
      Number.isInteger(value) && value >= 0 ? [] : [`${name} is ${value}, no whole number from 0`],
    ),
  ];
}

/** The bracket so far: a rate that failed once is out, whatever it did before, and so is every higher one. */
class Bracket {
  #passes: number[] = [];
  #failed: number | undefined;

  /** The highest rate that passed and is below every failure. */
  get low(): number | undefined {
    return this.#passes.at(-1);
  }

  get high(): number | undefined {
    return this.#failed;
  }

  passed(rate: number): void {
    this.#passes = [...this.#passes.filter((earlier) => earlier < rate), rate];
  }

  failed(rate: number): void {
    this.#failed = Math.min(this.#failed ?? rate, rate);
    const failed = this.#failed;
    this.#passes = this.#passes.filter((earlier) => earlier < failed);
  }
}

/**
 * The highest rate at which a system keeps its limits, by probing it: doubling from the start rate (or halving, where that
 * fails) until one rate passes and a higher one fails, bisecting to the asked width, and probing the lower end again until it has its
 * confirmations. A confirmation that fails lowers the bracket, and the search goes on below it. Probes follow from earlier
 * outcomes alone: the same outcomes give the same search. One failure takes a rate out for good: docs/adr/0014-warm-up-and-capacity.md. Rejects with what the probe rejects with; throws `RangeError` for
 * options that make no sense.
 */
export async function searchRate<Outcome extends ProbeOutcome>(
  options: RateSearchOptions,
  probe: (task: ProbeTask) => Promise<Outcome>,
): Promise<RateSearch<Outcome>> {
  const problems = problemsOf(options);
  if (problems.length > 0) {
    throw new RangeError(`searchRate: ${problems.join('; ')}`);
  }
  const { startRatePerSecond, minimumRatePerSecond, maximumRatePerSecond, relativeWidth, confirmations, maximumProbes, retries } = options;
  const probes: Probed<Outcome>[] = [];
  const bracket = new Bracket();
  let confirmed = 0;

  /** Whether a rate passed, after retries; a sentence when it stayed undecided or the probes ran out. */
  const decide = async (ratePerSecond: number, phase: SearchPhase): Promise<boolean | string> => {
    for (let attempt = 1; probes.length < maximumProbes; attempt += 1) {
      const task = { index: probes.length, ratePerSecond, phase };
      const outcome = await probe(task);
      probes.push({ ...task, ...outcome });
      if (outcome.verdict !== 'undecided') {
        return outcome.verdict === 'passed';
      }
      if (attempt > retries) {
        return `${attempt} ${attempt === 1 ? 'probe' : 'probes'} at ${ratePerSecond}/s said nothing: ${outcome.reason}`;
      }
    }
    return `${maximumProbes} probes were not enough`;
  };

  /** What to probe next; undefined when the bracket is narrow enough and confirmed, or nothing is left to try. */
  const next = (): { rate: number; phase: SearchPhase } | undefined => {
    const { low, high } = bracket;
    if (low === undefined) {
      if (high === undefined) {
        return { rate: rounded(startRatePerSecond), phase: 'bracket' };
      }
      return high <= minimumRatePerSecond ? undefined : { rate: rounded(Math.max(minimumRatePerSecond, high / 2)), phase: 'bracket' };
    }
    if (high === undefined && low < maximumRatePerSecond) {
      return { rate: rounded(Math.min(maximumRatePerSecond, low * 2)), phase: 'bracket' };
    }
    const middle = rounded((low + (high ?? low)) / 2);
    if (high !== undefined && high - low > relativeWidth * low && middle > low && middle < high) {
      return { rate: middle, phase: 'bisect' };
    }
    return confirmed < confirmations ? { rate: low, phase: 'confirm' } : undefined;
  };

  for (let task = next(); task !== undefined; task = next()) {
    const passed = await decide(task.rate, task.phase);
    if (typeof passed === 'string') {
      return { ...concluded(bracket, 'undecided', passed), probes };
    }
    confirmed = task.phase === 'confirm' && passed ? confirmed + 1 : 0;
    if (passed) {
      bracket.passed(task.rate);
    } else {
      bracket.failed(task.rate);
    }
  }
  const { low, high } = bracket;
  if (low === undefined) {
    return { ...concluded(bracket, 'always-failed', `every rate failed down to ${high ?? minimumRatePerSecond}/s`), probes };
  }
  const times = `${confirmations} further ${confirmations === 1 ? 'probe' : 'probes'}`;
  return high === undefined
    ? { ...concluded(bracket, 'never-failed', `${low}/s, the highest rate to try, passed and held in ${times}`), probes }
    : { ...concluded(bracket, 'found', `${low}/s held in ${times}, and ${high}/s failed`), probes };
}

function concluded({ low, high }: Bracket, outcome: Conclusion['outcome'], reason: string): Conclusion {
  return {
    outcome,
    ...(low === undefined ? {} : { ratePerSecond: low }),
    ...(high === undefined ? {} : { failedAtPerSecond: high }),
    reason,
  };
}

import type { Step } from '../contract/plan.ts';
import type { WarmUp } from '../contract/result.ts';
import type { Profile } from '../contract/scenario.ts';
import { type FoundWarmUp, frozenWarmUp, warmUpOf } from '../measurement/warm-up.ts';
import type { DrivenStep } from './drive.ts';
import type { eventLog } from './event-log.ts';
import { readHistory } from './history.ts';

/** What the pilot of one system showed. */
export type PilotWarmUp = Omit<WarmUp, 'method' | 'usedSeconds'>;

const usualBound = 3;

function text({ variant, found }: { readonly variant: string; readonly found: FoundWarmUp }): string {
  if (found.truncatedSeconds === undefined) {
    return `${variant} unknown from ${found.sampleCount} responses`;
  }
  return found.isSettled ? `${variant} ${found.truncatedSeconds.toFixed(1)} s` : `${variant} not settled`;
}

/**
 * How long the steps of a run warm up: found on the pilot of each system, and the longest of them frozen for every repetition of
 * every variant, so that all are measured alike (docs/adr/0014-warm-up-and-capacity.md).
 */
export class RunWarmUp {
  readonly #leastSeconds: number;
  readonly #mostSeconds: number;
  readonly #pilots: { readonly variant: string; readonly found: FoundWarmUp }[] = [];
  #frozenSeconds: number | undefined;

  constructor({
    warmUpSeconds,
    longestWarmUpSeconds = usualBound * warmUpSeconds,
  }: Pick<Profile, 'warmUpSeconds' | 'longestWarmUpSeconds'>) {
    this.#leastSeconds = warmUpSeconds;
    this.#mostSeconds = Math.max(warmUpSeconds, longestWarmUpSeconds);
  }

  /** Takes what a pilot showed. Throws where the warm-up is frozen already. */
  async learn({ step, operationsFile }: Pick<DrivenStep, 'step' | 'operationsFile'>): Promise<PilotWarmUp> {
    if (this.#frozenSeconds !== undefined) {
      throw new Error(`pilot ${step.id} came after the warm-up was frozen`);
    }
    const history = await readHistory(operationsFile);
    const found = warmUpOf(
      history.flatMap(({ type, kind, intendedUs, doneUs }) =>
        type === 'ok' && doneUs !== undefined ? [{ kind, dueSeconds: intendedUs / 1e6, responseMs: (doneUs - intendedUs) / 1000 }] : [],
      ),
    );
    this.#pilots.push({ variant: step.variant, found });
    return { pilotSeconds: step.warmUpSeconds + step.steadySeconds, ...found };
  }

  /** Of the judged steps; undefined while none was executed. */
  get frozenSeconds(): number | undefined {
    return this.#frozenSeconds;
  }

  /** Of every step from now on; calling it freezes it. */
  get seconds(): number {
    this.#frozenSeconds ??= frozenWarmUp(
      this.#pilots.map(({ found }) => found),
      this.#leastSeconds,
      this.#mostSeconds,
    );
    return this.#frozenSeconds;
  }

  /**
   * A planned step as it is to be executed: a judged one that warms up does so for as long as the pilots showed, and the first of
   * those says so. Others are left as they were planned: what a rung shows is not held against what another shows.
   */
  frozen(step: Step, emit: ReturnType<typeof eventLog>): Step {
    if (step.phase !== 'judged' || step.warmUpSeconds === 0) {
      return step;
    }
    if (this.#frozenSeconds === undefined) {
      const pilots = this.#pilots.map(text).join(', ');
      emit({ type: 'step', message: `warm-up frozen at ${this.seconds.toFixed(1)} s by MSER-5 on the pilots: ${pilots || 'none'}` });
    }
    return { ...step, warmUpSeconds: this.seconds };
  }
}

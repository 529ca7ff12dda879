import { performance } from 'node:perf_hooks';
import type { LoadPlan } from '../contract/plan.ts';
import type { GeneratorEvent } from './protocol.ts';
import type { StepRecord } from './step-record.ts';

const microsecondsPerSecond = 1_000_000;

interface MilestoneParts {
  readonly plan: LoadPlan;
  readonly record: StepRecord;
  readonly onEvent: (event: GeneratorEvent) => void;
}

/** Where a step stands on the clock: its windows and its seconds, each told once when it is passed. */
export class StepMilestones {
  readonly #plan: LoadPlan;
  readonly #record: StepRecord;
  readonly #onEvent: (event: GeneratorEvent) => void;
  readonly #endUs: number;
  #loopAtEpoch = performance.eventLoopUtilization();
  #loopUtilisation: number | undefined;
  #secondsEnded = 0;
  #steadyBegun = false;
  #steadyEnded = false;

  constructor({ plan, record, onEvent }: MilestoneParts) {
    this.#plan = plan;
    this.#record = record;
    this.#onEvent = onEvent;
    this.#endUs = (plan.warmUpMs + plan.steadyMs) * 1000;
  }

  get steadyEnded(): boolean {
    return this.#steadyEnded;
  }

  /** Seconds that have ended so far. */
  get secondCount(): number {
    return this.#secondsEnded;
  }

  /** 0–1 from the epoch to the end of the steady window; the idle drain after it does not dilute it. */
  get eventLoopUtilisation(): number {
    return this.#loopUtilisation ?? 0;
  }

  begin(atMs: number): void {
    this.#loopAtEpoch = performance.eventLoopUtilization();
    this.#onEvent({ event: 'epoch', stepId: this.#plan.stepId, atMs });
  }

  /** Tells everything that was passed. */
  pass(nowUs: number): void {
    const { stepId, warmUpMs } = this.#plan;
    if (!this.#steadyBegun && nowUs >= warmUpMs * 1000) {
      this.#steadyBegun = true;
      this.#onEvent({ event: 'steady', stepId });
    }
    if (!this.#steadyEnded && nowUs >= this.#endUs) {
      this.#steadyEnded = true;
      this.#noteLoopUtilisation();
      this.#onEvent({ event: 'steady-end', stepId });
    }
    this.#endSeconds(Math.floor(nowUs / microsecondsPerSecond));
  }

  /** Ends the seconds of the step, to the end of the schedule or of the last job, whichever is later; of one that was cut short to that of the last job. */
  end(wasCutShort: boolean): void {
    this.#noteLoopUtilisation();
    const planned = wasCutShort ? 0 : Math.ceil(this.#endUs / microsecondsPerSecond);
    this.#endSeconds(Math.max(planned, this.#record.secondsTouched));
  }

  #noteLoopUtilisation(): void {
    this.#loopUtilisation ??= performance.eventLoopUtilization(this.#loopAtEpoch).utilization;
  }

  #endSeconds(count: number): void {
    for (; this.#secondsEnded < count; this.#secondsEnded += 1) {
      this.#record.endSecond(this.#secondsEnded);
      this.#onEvent({ event: 'second', stepId: this.#plan.stepId, second: this.#record.second(this.#secondsEnded) });
    }
  }
}

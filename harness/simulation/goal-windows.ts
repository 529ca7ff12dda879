import type { SimulatedGoal } from '../contract/simulation.ts';

const windowMs = 15_000;
/** Fewer requests say nothing of a 95th percentile. */
const fewest = 20;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Counts by windows of 15 s of the intended starts, from which it is told when the goal was missed: where its percentile of the answers
 * (nearest rank) was above its response time, or more of the requests failed than it allows. A window with fewer than twenty requests is
 * judged together with those after it, so that quiet times are judged too, more coarsely; what is left at the end with those before.
 */
export class GoalWindows {
  /** Requests that failed or were answered later than the goal allows. */
  violating = 0;
  /** Requests that ended, or were late when the run did. */
  ended = 0;
  readonly #goal: SimulatedGoal;
  readonly #endMs: number;
  readonly #answers: Uint32Array;
  readonly #late: Uint32Array;
  readonly #failures: Uint32Array;

  constructor(goal: SimulatedGoal, endMs: number) {
    this.#goal = goal;
    this.#endMs = endMs;
    const count = Math.ceil(endMs / windowMs);
    this.#answers = new Uint32Array(count);
    this.#late = new Uint32Array(count);
    this.#failures = new Uint32Array(count);
  }

  answered(startMs: number, responseMs: number): void {
    const window = Math.floor(startMs / windowMs);
    this.#answers[window] = (this.#answers[window] as number) + 1;
    this.ended += 1;
    if (responseMs > this.#goal.responseMs) {
      this.#late[window] = (this.#late[window] as number) + 1;
      this.violating += 1;
    }
  }

  failed(startMs: number): void {
    const window = Math.floor(startMs / windowMs);
    this.#failures[window] = (this.#failures[window] as number) + 1;
    this.ended += 1;
    this.violating += 1;
  }

  /** A request that had no answer when the run ended: late where it was older than the goal allows, otherwise nothing is known of it. */
  unfinished(startMs: number, nowMs: number): void {
    if (nowMs - startMs > this.#goal.responseMs) {
      this.answered(startMs, nowMs - startMs);
    }
  }

  /** Spans in which the goal was missed, joined where they touch. */
  violations(): Span[] {
    const groups: { fromMs: number; toMs: number; answers: number; late: number; failures: number }[] = [];
    for (const [window, answers] of this.#answers.entries()) {
      const last = groups.at(-1);
      const toMs = Math.min(this.#endMs, (window + 1) * windowMs);
      const late = this.#late[window] as number;
      const failures = this.#failures[window] as number;
      if (last === undefined || last.answers + last.failures >= fewest) {
        groups.push({ fromMs: window * windowMs, toMs, answers, late, failures });
      } else {
        Object.assign(last, { toMs, answers: last.answers + answers, late: last.late + late, failures: last.failures + failures });
      }
    }
    const last = groups.at(-1);
    const before = groups.at(-2);
    if (last !== undefined && before !== undefined && last.answers + last.failures < fewest) {
      groups.pop();
      before.toMs = last.toMs;
      before.answers += last.answers;
      before.late += last.late;
      before.failures += last.failures;
    }
    const spans: { fromMs: number; toMs: number }[] = [];
    for (const { fromMs, toMs, answers, late, failures } of groups) {
      const rank = Math.ceil((answers * this.#goal.percentile) / 100);
      if (answers - late < rank || failures > this.#goal.errorShare * (answers + failures)) {
        const previous = spans.at(-1);
        if (previous?.toMs === fromMs) {
          previous.toMs = toMs;
        } else {
          spans.push({ fromMs, toMs });
        }
      }
    }
    return spans;
  }
}

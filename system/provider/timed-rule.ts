import type { SimulatedClock } from './simulated-clock.ts';

/** A rule without a clock: it is told the time and says when it wants to be told again. */
interface Rule {
  advance(nowMs: number): void;
  nextEventMs(): number | undefined;
}

/**
 * Runs a rule with one timer, whatever the number of requests in it. The returned function must be called after every change of
 * the rule from outside. `afterAdvance` is called when the rule has gone through what was due.
 */
export function runRule(rule: Rule, clock: SimulatedClock, afterAdvance: () => void): () => void {
  let armedForMs: number | undefined;
  let callOff = () => {};
  const arm = () => {
    const nextMs = rule.nextEventMs();
    if (nextMs === armedForMs) {
      return;
    }
    callOff();
    armedForMs = nextMs;
    if (nextMs !== undefined) {
      callOff = clock.at(nextMs, () => {
        armedForMs = undefined;
        rule.advance(clock.nowMs());
        afterAdvance();
        arm();
      });
    }
  };
  return arm;
}

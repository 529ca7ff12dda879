/** Time as the models count it: `scale` times as fast as that of the machine. */
export interface SimulatedClock {
  nowMs(): number;
  /**
   * Calls back once `dueMs` has come, never before and by a timer's fineness later; the returned function calls it off. What
   * is due already is called on the next turn of the event loop.
   */
  at(dueMs: number, callback: () => void): () => void;
}

/** The longest delay that a timer of Node takes; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** Runs on `performance.now()`. `scale` 1 is real time. */
export function createSimulatedClock(scale: number): SimulatedClock {
  const nowMs = () => performance.now() * scale;
  const at = (dueMs: number, callback: () => void) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      // Timers cut fractions of a millisecond off, and may fire a little before their time.
      timer = setTimeout(check, Math.min(longestDelayMs, Math.ceil((dueMs - nowMs()) / scale)));
    };
    const check = () => {
      if (nowMs() < dueMs) {
        arm();
      } else {
        callback();
      }
    };
    if (nowMs() < dueMs) {
      arm();
      return () => clearTimeout(timer);
    }
    // A timer takes a millisecond even for nothing.
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  };
  return { nowMs, at };
}

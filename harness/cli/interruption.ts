import { constants } from 'node:os';

/** Ctrl-C as an abort signal: the first interruption ends the run in order, the second one ends the process. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

const parentCheckMs = 1_000;

/**
 * Watches SIGINT, SIGTERM and SIGHUP, and the death of npm: a runner whose npm was killed has nobody left to read its
 * answer, so it ends as if interrupted. A runner that was started without npm may outlive its shell.
 */
export function watchInterruption(announce: (reason: string) => void): Interruption {
  const controller = new AbortController();
  const interrupt = (reason: string, code: number) => {
    if (controller.signal.aborted) {
      // The leash sees the closed pipe and ends what is left.
      process.exit(128 + code);
    }
    announce(reason);
    controller.abort(new Error(reason));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listeners = signals.map((name) => [name, () => interrupt(`interrupted by ${name}`, constants.signals[name])] as const);
  for (const [name, listener] of listeners) {
    process.on(name, listener);
  }
  const parent = process.ppid;
  const underNpm = process.env.npm_lifecycle_event !== undefined;
  const timer = setInterval(() => {
    if (underNpm && process.ppid !== parent && !controller.signal.aborted) {
      interrupt('npm has ended', constants.signals.SIGHUP);
    }
  }, parentCheckMs);
  timer.unref();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const [name, listener] of listeners) {
        process.off(name, listener);
      }
    },
  };
}

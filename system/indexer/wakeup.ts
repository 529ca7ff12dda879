/** Wakes one waiter. A wake that comes while nobody waits is kept, so that what came with it is not overlooked. */
export interface Wakeup {
  readonly wake: () => void;
  /** Resolves at once if woken since the last wait, otherwise at the next wake, after `atMostMs`, or when the signal aborts; tells whether it was woken. */
  wait(atMostMs: number, signal: AbortSignal): Promise<boolean>;
}

export function wakeup(): Wakeup {
  let woken = false;
  let resolveWaiter: (() => void) | undefined;
  return {
    wake() {
      woken = true;
      resolveWaiter?.();
    },
    async wait(atMostMs, signal) {
      if (!woken && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        resolveWaiter = resolve;
        const timer = setTimeout(resolve, atMostMs);
        signal.addEventListener('abort', resolve as () => void, { once: true });
        await promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', resolve as () => void);
        resolveWaiter = undefined;
      }
      const wasWoken = woken;
      woken = false;
      return wasWoken;
    },
  };
}

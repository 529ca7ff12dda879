import { setTimeout as delay } from 'node:timers/promises';
import type { WaitStrategy } from 'testcontainers';
import { lastLinesOf } from '../container-log.ts';

const intervalMs = 50;
const attemptLimitMs = 2000;

type WaitArguments = Parameters<WaitStrategy['waitUntilReady']>;

/** One attempt: resolves when the part is ready and rejects with the reason when it is not. */
export type ContainerProbe = (boundPorts: WaitArguments[1], signal: AbortSignal) => Promise<void>;

/** Why a container did not become ready, and the last that it wrote: testcontainers removes it together with its log. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.lines = lines;
  }
}

/**
 * Waits until a probe succeeds, asking twenty times a second: testcontainers' own HTTP wait asks at the interval of its
 * time limit, and a health check inside the container would spend the quota that is being measured.
 */
export class ProbeWait implements WaitStrategy {
  readonly #probe: ContainerProbe;
  readonly #failed = Promise.withResolvers<never>();
  #limitMs: number;
  #limitIsSet = false;
  #began = false;

  constructor(probe: ContainerProbe, limitMs = 20_000) {
    this.#probe = probe;
    this.#limitMs = limitMs;
    this.#failed.promise.catch(() => undefined);
  }

  /** True once it is this wait that will tell how the container fares. */
  get began(): boolean {
    return this.#began;
  }

  /** Rejects with a {@link NotReadyError} as soon as that is known, before testcontainers has cleaned up. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  async waitUntilReady(container: WaitArguments[0], boundPorts: WaitArguments[1]): Promise<void> {
    this.#began = true;
    const deadlineMs = performance.now() + this.#limitMs;
    let reason = 'no probe had ended';
    for (;;) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        throw await this.#fail(container, `was not ready within ${this.#limitMs} ms (${reason})`);
      }
      try {
        await this.#probe(boundPorts, AbortSignal.timeout(Math.ceil(Math.min(attemptLimitMs, leftMs))));
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message || error.name : String(error);
      }
      const { State: state } = await container.inspect();
      if (!state.Running) {
        const memory = state.OOMKilled ? ', killed for using more than its memory' : '';
        throw await this.#fail(container, `ended with exit code ${state.ExitCode}${memory} before it was ready`);
      }
      await delay(intervalMs);
    }
  }

  async #fail(container: WaitArguments[0], what: string): Promise<NotReadyError> {
    const error = new NotReadyError(what, await lastLinesOf(container));
    this.#failed.reject(error);
    return error;
  }

  withStartupTimeout(limitMs: number): this {
    this.#limitMs = limitMs;
    this.#limitIsSet = true;
    return this;
  }

  isStartupTimeoutSet(): boolean {
    return this.#limitIsSet;
  }

  getStartupTimeout(): number {
    return this.#limitMs;
  }
}

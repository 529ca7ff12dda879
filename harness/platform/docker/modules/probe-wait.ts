import { setTimeout as delay } from 'node:timers/promises';
import type { WaitStrategy } from 'testcontainers';

const intervalMs = 50;
const attemptLimitMs = 2000;

type WaitArguments = Parameters<WaitStrategy['waitUntilReady']>;

/** One attempt: resolves when the part is ready and rejects with the reason when it is not. */
export type ContainerProbe = (boundPorts: WaitArguments[1], signal: AbortSignal) => Promise<void>;

/**
 * Waits until a probe succeeds, asking twenty times a second: testcontainers' own HTTP wait asks at the interval of its
 * time limit, and a health check inside the container would spend the quota that is being measured.
 */
export class ProbeWait implements WaitStrategy {
  readonly #probe: ContainerProbe;
  #limitMs: number;
  #limitIsSet = false;

  constructor(probe: ContainerProbe, limitMs = 20_000) {
    this.#probe = probe;
    this.#limitMs = limitMs;
  }

  async waitUntilReady(container: WaitArguments[0], boundPorts: WaitArguments[1]): Promise<void> {
    const deadlineMs = performance.now() + this.#limitMs;
    let reason = 'no probe had ended';
    for (;;) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        throw new Error(`was not ready within ${this.#limitMs} ms: ${reason}`);
      }
      try {
        await this.#probe(boundPorts, AbortSignal.timeout(Math.ceil(Math.min(attemptLimitMs, leftMs))));
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message || error.name : String(error);
      }
      const { State: state } = await container.inspect();
      if (!state.Running) {
        throw new Error(`ended with exit code ${state.ExitCode} before it was ready`);
      }
      await delay(intervalMs);
    }
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

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../contract/failure.ts';
import type { EngineClient } from './engine.ts';
import { engineHints } from './engine-probe.ts';
import { runLabels } from './run-labels.ts';

/** An engine that is restarted is away for a moment; containers that it kept running are not lost by that. */
const reconnectAttempts = 5;
const reconnectEveryMs = 500;

/** How a container ended, as the engine tells it. */
export interface ContainerExit {
  readonly containerId: string;
  readonly exitCode: number;
  /** True when the kernel killed it for exceeding its memory. */
  readonly outOfMemory: boolean;
}

interface EngineEvent {
  readonly Action?: string;
  readonly timeNano?: number;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** Watches the containers of one run for their ends, and the engine for its own. */
export class EngineEvents implements Disposable {
  /** Rejects when the engine is lost. Safe to leave unhandled. */
  readonly lost: Promise<never>;
  readonly #client: EngineClient;
  readonly #runId: string;
  readonly #lose: (error: unknown) => void;
  readonly #listeners = new Set<(exit: ContainerExit) => void>();
  readonly #outOfMemory = new Set<string>();
  #stream: Readable | undefined;
  #closed = false;
  #isLost = false;
  /** Events that were taken; a stream that is opened again repeats them. */
  readonly #seen = new Set<string>();
  readonly #sinceSeconds = Math.floor(Date.now() / 1000);

  private constructor(client: EngineClient, runId: string) {
    this.#client = client;
    this.#runId = runId;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.lost = promise;
    this.#lose = reject;
  }

  static async open(client: EngineClient, runId: string): Promise<EngineEvents> {
    const events = new EngineEvents(client, runId);
    await events.#connect();
    return events;
  }

  /** True once {@link lost} has rejected. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Calls back for every container of the run that ends, for whatever reason; answers how to stop that. */
  onExit(listener: (exit: ContainerExit) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #connect(): Promise<void> {
    const stream: NodeJS.ReadableStream = await this.#client.getEvents({
      filters: { label: [`${runLabels.run}=${this.#runId}`], type: ['container'], event: ['die', 'oom'] },
      // The engine repeats what happened since then, so that nothing is missed while nobody listens.
      since: this.#sinceSeconds,
    });
    // A stream that breaks is closed as well, which is what counts; readline repeats the error of its input.
    stream.on('error', () => undefined);
    createInterface({ input: stream })
      .on('line', (line) => this.#take(line))
      .on('error', () => undefined);
    stream.once('close', () => {
      if (!this.#closed) {
        void this.#reconnect();
      }
    });
    this.#stream = stream as Readable;
    if (this.#closed) {
      this.#stream.destroy();
    }
  }

  #take(line: string): void {
    const { Action: action, timeNano, Actor: actor } = JSON.parse(line) as EngineEvent;
    const containerId = actor?.ID ?? '';
    const identity = `${containerId} ${action} ${timeNano}`;
    if (this.#seen.has(identity)) {
      return;
    }
    this.#seen.add(identity);
    if (action === 'oom') {
      this.#outOfMemory.add(containerId);
    } else if (action === 'die') {
      const exit = { containerId, exitCode: Number(actor?.Attributes?.exitCode), outOfMemory: this.#outOfMemory.has(containerId) };
      for (const listener of this.#listeners) {
        listener(exit);
      }
    }
  }

  /** An engine may close an idle stream; one that does not answer either is gone. */
  async #reconnect(): Promise<void> {
    let reason: unknown;
    for (let attempt = 0; attempt < reconnectAttempts && !this.#closed; attempt += 1) {
      await delay(attempt === 0 ? 0 : reconnectEveryMs);
      try {
        await this.#connect();
        return;
      } catch (error) {
        reason = error;
      }
    }
    if (!this.#closed) {
      this.#isLost = true;
      this.#lose(
        new Failure('environment', 'engine_lost', `the Docker engine was lost during the run: ${String(reason)}`, {
          hint: `${engineHints['no-answer']}; what the run left is swept by the next one`,
          cause: reason,
        }),
      );
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#stream?.destroy();
  }
}

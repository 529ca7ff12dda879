import { once } from 'node:events';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { stopIndex, type TickerSettings, tickIndex } from './ticker-signal.ts';

const batchAboveRatePerSecond = 5000;
const batchGapUs = 1000;

/** Above 5,000 requests per second jobs are fired in batches of 1 ms, because a wake costs more than a request. */
export function minimumGapUs(offsetsUs: readonly number[]): number {
  const spanUs = (offsetsUs.at(-1) ?? 0) - (offsetsUs[0] ?? 0);
  return spanUs > 0 && (offsetsUs.length / spanUs) * 1_000_000 > batchAboveRatePerSecond ? batchGapUs : 0;
}

/** Wakes the I/O thread whenever a job of a schedule falls due, at absolute times: a late wake does not delay the next. */
export class Ticker {
  readonly #worker: Worker;
  readonly #signal: Int32Array;
  #stopped = false;
  #failure: unknown;

  private constructor(worker: Worker, signal: Int32Array) {
    this.#worker = worker;
    this.#signal = signal;
    worker.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Starts the thread; it waits for `start`. */
  static async open(offsetsUs: readonly number[]): Promise<Ticker> {
    const shared = new Float64Array(new SharedArrayBuffer(offsetsUs.length * Float64Array.BYTES_PER_ELEMENT));
    shared.set(offsetsUs);
    const signal = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    const settings: TickerSettings = { offsetsUs: shared, signal, minimumGapUs: minimumGapUs(offsetsUs) };
    const worker = new Worker(new URL('./ticker-worker.ts', import.meta.url), { workerData: settings, execArgv: [] });
    await once(worker, 'message');
    return new Ticker(worker, signal);
  }

  /** Sets the moment, on the clock of `process.hrtime`, from which offsets count. */
  start(epochNs: bigint): void {
    this.#worker.postMessage(epochNs);
  }

  /** Calls `onTick` at once and after every wake until it returns false or the ticker is stopped. */
  async run(onTick: () => boolean): Promise<void> {
    while (!this.#stopped) {
      // Read before firing: a wake that comes while jobs are being fired must not be slept through.
      const seen = Atomics.load(this.#signal, tickIndex);
      if (!onTick()) {
        return;
      }
      const wake = Atomics.waitAsync(this.#signal, tickIndex, seen);
      await (wake.async ? wake.value : nextLoop());
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
    }
  }

  async close(): Promise<void> {
    this.#stopped = true;
    Atomics.store(this.#signal, stopIndex, 1);
    Atomics.notify(this.#signal, stopIndex);
    this.#wake();
    await this.#worker.terminate();
  }

  #wake(): void {
    Atomics.add(this.#signal, tickIndex, 1);
    Atomics.notify(this.#signal, tickIndex);
  }
}

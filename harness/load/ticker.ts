import { once } from 'node:events';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { alarmIndex, noAlarm, signalLength, stopIndex, type TickerSettings, tickIndex } from './ticker-signal.ts';

const batchAboveRatePerSecond = 5000;
const batchGapUs = 1000;

const gapAt = (ratePerSecond: number) => (ratePerSecond > batchAboveRatePerSecond ? batchGapUs : 0);

/** Above 5,000 requests per second jobs are fired in batches of 1 ms, because a wake costs more than a request. */
export function minimumGapUs(offsetsUs: readonly number[]): number {
  const spanUs = (offsetsUs.at(-1) ?? 0) - (offsetsUs[0] ?? 0);
  return spanUs > 0 ? gapAt((offsetsUs.length / spanUs) * 1_000_000) : 0;
}

/** Wakes the I/O thread whenever a job falls due, at absolute times: a late wake does not delay the next. */
export class Ticker {
  /** At least this long between two wakes; 0 where every job has its own. */
  readonly gapUs: number;
  readonly #worker: Worker;
  readonly #signal: Int32Array;
  /** Where the next wake is written; absent where all are known beforehand. */
  readonly #alarmUs: BigInt64Array | undefined;
  #wantedUs = Number.POSITIVE_INFINITY;
  #toldUs = Number.POSITIVE_INFINITY;
  #telling = false;
  #stopped = false;
  #failure: unknown;

  private constructor(worker: Worker, { signal, source, minimumGapUs: gapUs }: TickerSettings) {
    this.gapUs = gapUs;
    this.#worker = worker;
    this.#signal = signal;
    this.#alarmUs = source.kind === 'alarm' ? source.dueUs : undefined;
    worker.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Starts a thread that follows a schedule; it waits for `start`. */
  static async open(offsetsUs: readonly number[]): Promise<Ticker> {
    const shared = new Float64Array(new SharedArrayBuffer(offsetsUs.length * Float64Array.BYTES_PER_ELEMENT));
    shared.set(offsetsUs);
    return await Ticker.#open({ kind: 'schedule', offsetsUs: shared }, minimumGapUs(offsetsUs));
  }

  /** Starts a thread that wakes at the moment last named by `wakeAt`; it waits for `start`. */
  static async openAlarm(mostRatePerSecond: number): Promise<Ticker> {
    const dueUs = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)).fill(noAlarm);
    return await Ticker.#open({ kind: 'alarm', dueUs }, gapAt(mostRatePerSecond));
  }

  static async #open(source: TickerSettings['source'], gapUs: number): Promise<Ticker> {
    const signal = new Int32Array(new SharedArrayBuffer(signalLength * Int32Array.BYTES_PER_ELEMENT));
    const settings: TickerSettings = { source, signal, minimumGapUs: gapUs };
    const worker = new Worker(new URL('./ticker-worker.ts', import.meta.url), { workerData: settings, execArgv: [] });
    await once(worker, 'message');
    return new Ticker(worker, settings);
  }

  /** Sets the moment, on the clock of `process.hrtime`, from which offsets count. */
  start(epochNs: bigint): void {
    this.#worker.postMessage(epochNs);
  }

  /** Sets the next wake, µs from the epoch; infinite for none. It does nothing on a schedule, which knows its own. */
  wakeAt(dueUs: number): void {
    this.#wantedUs = dueUs;
    if (this.#alarmUs !== undefined && !this.#telling && dueUs !== this.#toldUs) {
      // Told at the end of the turn: a user without think time is due and fired within it, and needs no wake.
      this.#telling = true;
      queueMicrotask(() => this.#tell());
    }
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
    Atomics.add(this.#signal, alarmIndex, 1);
    Atomics.notify(this.#signal, alarmIndex);
    this.#wake();
    await this.#worker.terminate();
  }

  #tell(): void {
    this.#telling = false;
    if (this.#alarmUs === undefined || this.#wantedUs === this.#toldUs) {
      return;
    }
    this.#toldUs = this.#wantedUs;
    Atomics.store(this.#alarmUs, 0, Number.isFinite(this.#wantedUs) ? BigInt(Math.ceil(this.#wantedUs)) : noAlarm);
    Atomics.add(this.#signal, alarmIndex, 1);
    Atomics.notify(this.#signal, alarmIndex);
  }

  #wake(): void {
    Atomics.add(this.#signal, tickIndex, 1);
    Atomics.notify(this.#signal, tickIndex);
  }
}

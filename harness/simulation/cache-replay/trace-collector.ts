import { hashOfBits, hashOfText, subsampleOfHash } from './key-hash.ts';
import { KeyIndex } from './key-index.ts';
import type { Trace, TraceColumns } from './trace.ts';

export interface CollectorOptions {
  /** Requests to hold at most: the share of sampled keys is halved whenever there would be more. */
  readonly requestBudget: number;
  /** The share of the keys to begin with, in (0, 1]. */
  readonly sampleRate: number;
}

const hashRange = 2 ** 32;
const columnNames = ['time', 'size', 'tokens', 'seconds'] as const;
type ColumnName = (typeof columnNames)[number];

/**
 * Takes a trace request by request and holds all of it, or all requests of a share of its keys: whether a key is held is
 * decided by its hash alone (SHARDS: Waldspurger, Park, Garthwaite, Ahmad, "Efficient MRC Construction with SHARDS",
 * FAST 2015). Memory is bounded by the request budget, however long the trace is.
 */
export class TraceCollector {
  readonly #budget: number;
  readonly #index = new KeyIndex();
  #threshold: number;
  #held = 0;
  #key = new Uint32Array(1024);
  #columns: Partial<Record<ColumnName, Float64Array>> = {};
  #requests = 0;
  #bytes = 0;
  #tokens = 0;
  #seconds = 0;
  #firstTime = 0;
  #lastTime = 0;

  constructor({ requestBudget, sampleRate }: CollectorOptions) {
    if (!(requestBudget >= 1)) {
      throw new RangeError(`requestBudget must be at least 1, received ${requestBudget}`);
    }
    if (!(sampleRate > 0 && sampleRate <= 1)) {
      throw new RangeError(`sampleRate must be above 0 and at most 1, received ${sampleRate}`);
    }
    this.#budget = requestBudget;
    this.#threshold = Math.max(1, Math.round(sampleRate * hashRange));
  }

  /** Requests so far, held or not. */
  get requests(): number {
    return this.#requests;
  }

  /** Called once, before the first request. */
  begin(columns: TraceColumns): void {
    for (const name of columnNames) {
      if (columns[name]) {
        this.#columns[name] = new Float64Array(1024);
      }
    }
  }

  /** Columns that the trace lacks are passed as 0. */
  addText(text: string, time: number, size: number, tokens: number, seconds: number): void {
    this.#count(time, size, tokens, seconds);
    const hash = hashOfText(text);
    if (hash < this.#threshold) {
      this.#hold(this.#index.ofText(text, hash), time, size, tokens, seconds);
    }
  }

  /** A key of 64 bits as two unsigned halves. */
  addBits(low: number, high: number, time: number, size: number, tokens: number, seconds: number): void {
    this.#count(time, size, tokens, seconds);
    const hash = hashOfBits(low, high);
    if (hash < this.#threshold) {
      this.#hold(this.#index.ofBits(low, high, hash), time, size, tokens, seconds);
    }
  }

  finish(): Trace {
    const { time, size, tokens, seconds } = this.#columns;
    const cut = (column: Float64Array | undefined) => column?.subarray(0, this.#held);
    const timeSeconds = cut(time)?.map((each) => each - this.#firstTime);
    return {
      requests: this.#held,
      keys: this.#index.count,
      key: this.#key.subarray(0, this.#held),
      timeSeconds,
      sizeBytes: cut(size),
      tokens: cut(tokens),
      seconds: cut(seconds),
      subsample: Uint8Array.from({ length: this.#index.count }, (_, key) => subsampleOfHash(this.#index.hashAt(key))),
      sampleRate: this.#threshold / hashRange,
      totals: { requests: this.#requests, bytes: this.#bytes, tokens: this.#tokens, seconds: this.#seconds },
      spanSeconds: this.#lastTime - this.#firstTime,
    };
  }

  #count(time: number, size: number, tokens: number, seconds: number): void {
    if (this.#requests === 0) {
      this.#firstTime = time;
    }
    this.#requests += 1;
    this.#lastTime = time;
    this.#bytes += size;
    this.#tokens += tokens;
    this.#seconds += seconds;
  }

  #hold(key: number, time: number, size: number, tokens: number, seconds: number): void {
    if (this.#held === this.#key.length) {
      this.#grow();
    }
    const at = this.#held;
    const columns = this.#columns;
    this.#key[at] = key;
    if (columns.time !== undefined) {
      columns.time[at] = time;
    }
    if (columns.size !== undefined) {
      columns.size[at] = size;
    }
    if (columns.tokens !== undefined) {
      columns.tokens[at] = tokens;
    }
    if (columns.seconds !== undefined) {
      columns.seconds[at] = seconds;
    }
    this.#held += 1;
    while (this.#held > this.#budget && this.#threshold > 1) {
      this.#halve();
    }
  }

  #grow(): void {
    const length = Math.min(this.#key.length * 2, this.#budget + 1);
    const key = new Uint32Array(length);
    key.set(this.#key);
    this.#key = key;
    for (const name of columnNames) {
      const before = this.#columns[name];
      if (before !== undefined) {
        const after = new Float64Array(length);
        after.set(before);
        this.#columns[name] = after;
      }
    }
  }

  /** What the smaller share would have held from the beginning is exactly what remains. */
  #halve(): void {
    this.#threshold = Math.max(1, Math.floor(this.#threshold / 2));
    const threshold = this.#threshold;
    const renumbered = this.#index.retain((hash) => hash < threshold);
    let kept = 0;
    for (let at = 0; at < this.#held; at += 1) {
      const key = renumbered[this.#key[at] ?? 0] ?? -1;
      if (key >= 0) {
        this.#key[kept] = key;
        for (const name of columnNames) {
          const column = this.#columns[name];
          if (column !== undefined) {
            column[kept] = column[at] ?? 0;
          }
        }
        kept += 1;
      }
    }
    this.#held = kept;
  }
}

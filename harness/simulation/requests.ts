import type { Line } from './station.ts';

/** Whether anyone still waits for the answer: `gone` after the deadline, `dead` when the replica that had it was killed. */
export const status = { here: 0, gone: 1, dead: 2 } as const;

/** Where a request is, as far as it matters for whoever meets it again. */
export const phase = { away: 0, queued: 1, prepareWaits: 2, prepareRuns: 3, finishWaits: 4, finishRuns: 5 } as const;

const firstLength = 256;
/** Event codes keep 27 bits for a request or one of its searches. */
const mostItems = 2 ** 27;

type Column = Float64Array | Int32Array | Uint8Array;

function grown<C extends Column>(column: C, length: number): C {
  const longer = new (column.constructor as new (length: number) => C)(length);
  longer.set(column);
  return longer;
}

/**
 * The requests that are under way, one row each in typed arrays; rows that are left are given out again, so that a run of any length
 * makes no garbage. A row is kept until nothing in the event list or in any queue names it. Times are ms.
 */
export class Requests {
  readonly shards: number;
  readonly retryDraws: number;
  /** Rows in use. */
  inUse = 0;
  rows = 0;

  /** Counted from 0 in order of arrival. */
  number = new Float64Array(firstLength);
  isUsed = new Uint8Array(firstLength);
  status = new Uint8Array(firstLength);
  phase = new Uint8Array(firstLength);
  attempts = new Uint8Array(firstLength);
  /** `none` while it is on no replica. */
  replica = new Int32Array(firstLength);
  startMs = new Float64Array(firstLength);
  attemptMs = new Float64Array(firstLength);
  /** When the present wait began. */
  sinceMs = new Float64Array(firstLength);

  /** What it needs, drawn when it arrives and the same in every attempt. */
  gatewayMs = new Float64Array(firstLength);
  prepareMs = new Float64Array(firstLength);
  finishMs = new Float64Array(firstLength);
  lookupMs = new Float64Array(firstLength);
  embedMs = new Float64Array(firstLength);
  generateMs = new Float64Array(firstLength);
  /** Key in the answer cache, or the uniform draw that decides whether it is found. */
  cacheDraw = new Float64Array(firstLength);
  isHit = new Uint8Array(firstLength);

  /** What it met. */
  slotWaitMs = new Float64Array(firstLength);
  ownWaitMs = new Float64Array(firstLength);
  preparedMs = new Float64Array(firstLength);
  finishedMs = new Float64Array(firstLength);
  searchedMs = new Float64Array(firstLength);
  modelWaitMs = new Float64Array(firstLength);

  /** Searches that have not ended. */
  searches = new Int32Array(firstLength);
  /** One row per search: `request * shards + shard`. */
  searchMs: Float64Array;
  searchNode: Int32Array;
  /** Uniform draws for the waits before retries: `request * retryDraws + retry`. */
  backoffs: Float64Array;

  /** Who waits behind a request, and behind a search: each is in one queue at most. */
  readonly line: Line = { behind: new Int32Array(firstLength) };
  readonly searchLine: Line;
  #free = new Int32Array(firstLength);
  #freeRows = 0;

  constructor(shards: number, retryDraws: number) {
    this.shards = shards;
    this.retryDraws = retryDraws;
    this.searchMs = new Float64Array(firstLength * shards);
    this.searchNode = new Int32Array(firstLength * shards);
    this.searchLine = { behind: new Int32Array(firstLength * shards) };
    this.backoffs = new Float64Array(firstLength * retryDraws);
  }

  /** A row for a request that has just arrived. Throws `RangeError` when more are under way than events can name. */
  take(): number {
    this.inUse += 1;
    if (this.#freeRows > 0) {
      this.#freeRows -= 1;
      return this.#free[this.#freeRows] as number;
    }
    if (this.rows === this.number.length) {
      this.#grow();
    }
    this.rows += 1;
    return this.rows - 1;
  }

  /** Nothing names the request any more. */
  free(request: number): void {
    this.isUsed[request] = 0;
    this.number[request] = -1;
    this.inUse -= 1;
    this.#free[this.#freeRows] = request;
    this.#freeRows += 1;
  }

  #grow(): void {
    const length = this.number.length * 2;
    if (length * this.shards > mostItems) {
      throw new RangeError(`more than ${length / 2} requests are under way at once; the model cannot hold more`);
    }
    for (const name of [
      'number',
      'isUsed',
      'status',
      'phase',
      'attempts',
      'replica',
      'startMs',
      'attemptMs',
      'sinceMs',
      'gatewayMs',
      'prepareMs',
      'finishMs',
      'lookupMs',
      'embedMs',
      'generateMs',
      'cacheDraw',
      'isHit',
      'slotWaitMs',
      'ownWaitMs',
      'preparedMs',
      'finishedMs',
      'searchedMs',
      'modelWaitMs',
      'searches',
    ] as const) {
      (this as Record<typeof name, Column>)[name] = grown(this[name], length);
    }
    this.searchMs = grown(this.searchMs, length * this.shards);
    this.searchNode = grown(this.searchNode, length * this.shards);
    this.searchLine.behind = grown(this.searchLine.behind, length * this.shards);
    this.backoffs = grown(this.backoffs, length * this.retryDraws);
    this.line.behind = grown(this.line.behind, length);
    this.#free = grown(this.#free, length);
  }
}

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Operation } from '../contract/operation.ts';
import type { LoadPlan } from '../contract/plan.ts';

/** Enough for many ticks; a slow disk then delays a tick, which the lag shows, instead of growing without bound. */
const flushAtCharacters = 1 << 20;
/** One job in so many is on record of a sampled history. */
const sampledEvery = 100;
/** 2³² ÷ golden ratio: its multiples are spread evenly over the high bits (Knuth, TAOCP 3, 6.4), so that a sample takes no beat of users or workers for its own. */
const spreader = 0x9e37_79b1;

export type HistoryMode = NonNullable<LoadPlan['history']>;

const keeps: Record<HistoryMode, (job: number) => boolean> = {
  full: () => true,
  sampled: (job) => Math.imul(job, spreader) >>> 0 < 2 ** 32 / sampledEvery,
  none: () => false,
};

/** Half of all lines have a fixed form, which a template writes in a fraction of the time. Ids are made of names and numbers. */
function lineOf(operation: Operation): string {
  if (operation.type !== 'invoke') {
    return JSON.stringify(operation);
  }
  const { id, job, kind, intendedUs, invokedUs } = operation;
  return `{"type":"invoke","id":"${id}","job":${job},"kind":"${kind}","intendedUs":${intendedUs},"invokedUs":${invokedUs}}`;
}

/**
 * The history of a step, one JSON line per operation in the order in which they happened. `flush` writes synchronously,
 * so that what it wrote survives a crash of this process: an invocation is on record before its request can have effect.
 */
export class OperationLog {
  /** Whether the operations of a job belong into this history; whoever appends asks first. */
  readonly keeps: (job: number) => boolean;
  #descriptor: number;
  #pending = '';
  readonly #flushAtExit = () => this.flush();

  constructor(file: string, mode: HistoryMode) {
    this.keeps = keeps[mode];
    this.#descriptor = openSync(file, 'w');
    process.on('exit', this.#flushAtExit);
  }

  /** Adds a line; it is on disk after the next `flush`. */
  append(operation: Operation): void {
    this.#pending += `${lineOf(operation)}\n`;
    if (this.#pending.length >= flushAtCharacters) {
      this.flush();
    }
  }

  /** Writes everything that was added, in one batch. */
  flush(): void {
    if (this.#pending === '') {
      return;
    }
    const bytes = Buffer.from(this.#pending, 'utf8');
    this.#pending = '';
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#descriptor, bytes, written);
    }
  }

  close(): void {
    this.flush();
    process.removeListener('exit', this.#flushAtExit);
    closeSync(this.#descriptor);
  }
}

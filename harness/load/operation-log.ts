import { closeSync, openSync, writeSync } from 'node:fs';
import type { Operation } from '../contract/operation.ts';

/** Enough for many ticks; a slow disk then delays a tick, which the lag shows, instead of growing without bound. */
const flushAtCharacters = 1 << 20;

/**
 * The history of a step, one JSON line per operation in the order in which they happened. `flush` writes synchronously,
 * so that what it wrote survives a crash of this process: an invocation is on record before its request can have effect.
 */
export class OperationLog {
  #descriptor: number;
  #pending: string[] = [];
  #pendingCharacters = 0;
  readonly #flushAtExit = () => this.flush();

  constructor(file: string) {
    this.#descriptor = openSync(file, 'w');
    process.on('exit', this.#flushAtExit);
  }

  /** Adds a line; it is on disk after the next `flush`. */
  append(operation: Operation): void {
    const line = `${JSON.stringify(operation)}\n`;
    this.#pending.push(line);
    this.#pendingCharacters += line.length;
    if (this.#pendingCharacters >= flushAtCharacters) {
      this.flush();
    }
  }

  /** Writes everything that was added, in one batch. */
  flush(): void {
    if (this.#pending.length === 0) {
      return;
    }
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#pendingCharacters = 0;
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

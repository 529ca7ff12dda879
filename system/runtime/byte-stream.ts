import type { Dispatcher } from 'undici';

/** Bytes that wait here at most, before the sender is told to wait instead. One piece more may already be on its way. */
const highWaterBytes = 64 * 1024;
/** How long an answer may go on after everything that matters of it was read. */
const lingerMs = 1_000;

export interface ByteStream {
  readonly bytes: AsyncIterableIterator<Buffer>;
  push(chunk: Buffer): void;
  end(): void;
  /** What waits is given first. */
  fail(error: unknown): void;
  /** Lets the rest go by unread, so that the connection can serve again; one that goes on too long is given up. */
  readonly discard: () => void;
}

/**
 * Turns the pushes of a connection into bytes that are asked for. A reader that takes its time stops the connection, so that
 * what waits stays bounded; a reader that leaves (`break`, `return`) ends the request, and with it the work at the other end.
 */
export function createByteStream(controller: Dispatcher.DispatchController): ByteStream {
  const chunks: Buffer[] = [];
  let waitingBytes = 0;
  let over: { readonly error: unknown } | { readonly error?: never } | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let wanted: { resolve(result: IteratorResult<Buffer>): void; reject(error: unknown): void } | undefined;
  const done: IteratorResult<Buffer> = { done: true, value: undefined };

  const finish = (how: { readonly error?: unknown }) => {
    clearTimeout(leaving);
    if (over !== undefined) {
      return;
    }
    over = how;
    if ('error' in how) {
      wanted?.reject(how.error);
    } else {
      wanted?.resolve(done);
    }
    wanted = undefined;
  };
  return {
    push(chunk) {
      if (over !== undefined) {
        return;
      }
      if (wanted !== undefined) {
        const waiting = wanted;
        wanted = undefined;
        waiting.resolve({ done: false, value: chunk });
        return;
      }
      waitingBytes += chunk.length;
      chunks.push(chunk);
      if (waitingBytes >= highWaterBytes) {
        controller.pause();
      }
    },
    end: () => finish({}),
    fail: (error) => finish({ error }),
    discard() {
      if (over !== undefined) {
        return;
      }
      over = {};
      chunks.length = 0;
      leaving = setTimeout(() => controller.abort(new Error(`the answer went on for ${lingerMs} ms after its end`)), lingerMs);
      controller.resume();
    },
    bytes: {
      next() {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          waitingBytes -= chunk.length;
          if (chunks.length === 0 && over === undefined) {
            controller.resume();
          }
          return Promise.resolve({ done: false, value: chunk });
        }
        if (over !== undefined) {
          return 'error' in over ? Promise.reject(over.error) : Promise.resolve(done);
        }
        return new Promise((resolve, reject) => {
          wanted = { resolve, reject };
        });
      },
      return() {
        if (over === undefined) {
          over = {};
          chunks.length = 0;
          controller.abort(new Error('nobody reads the answer any more'));
        }
        return Promise.resolve(done);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}

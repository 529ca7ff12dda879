import { once } from 'node:events';
import type { Response } from 'express';
import { eventStreamType } from '../api/event-stream.ts';

/** An answer of server-sent events that has begun. */
export interface EventStream {
  /**
   * Sends whole events. Resolves when the reader can take more, so that what waits for a slow one stays bounded; rejects with
   * the reason of the signal when that aborts first.
   */
  send(events: string | Buffer): Promise<void>;
  /** Sends what is last, if anything, and ends. A reader that does not take it in time is disconnected. */
  end(events?: string): void;
}

/** How long a reader may take for what is left when a stream has ended. */
const farewellMs = 30_000;

/** Begins an answer of server-sent events. `signal` is that of the request's deadline. */
export function beginEventStream(response: Response, signal: AbortSignal): EventStream {
  response.writeHead(200, {
    'content-type': `${eventStreamType}; charset=utf-8`,
    'cache-control': 'no-store',
    // Proxies that collect answers would turn a stream into a wait.
    'x-accel-buffering': 'no',
  });
  return {
    async send(events) {
      signal.throwIfAborted();
      if (!response.write(events)) {
        try {
          await once(response, 'drain', { signal });
        } catch (error) {
          signal.throwIfAborted();
          throw error;
        }
      }
    },
    end(events) {
      if (response.destroyed) {
        return;
      }
      response.end(events);
      const timer = setTimeout(() => response.destroy(), farewellMs);
      response.once('close', () => clearTimeout(timer));
    },
  };
}

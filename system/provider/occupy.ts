import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';

/**
 * Waits until `durationMs` after `startedMs` (performance.now()), so that the provider's own work is part of the time
 * and not added to it. Returns false when the caller closed the connection first; the timer ends with it.
 */
export async function occupy(response: Response, startedMs: number, durationMs: number): Promise<boolean> {
  const remainingMs = startedMs + durationMs - performance.now();
  if (response.destroyed) {
    return false;
  }
  if (remainingMs <= 0) {
    return true;
  }
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  try {
    // Timers cut fractions of a millisecond off.
    await sleep(Math.ceil(remainingMs), undefined, { signal: gone.signal });
    return true;
  } catch (error) {
    if (gone.signal.aborted) {
      return false;
    }
    throw error;
  } finally {
    response.off('close', leave);
  }
}

import type { Response } from 'express';
import type { SimulatedClock } from './simulated-clock.ts';

/**
 * Waits until a time of the clock that was counted from the request's arrival, so that the provider's own work is part of the
 * time and not added to it. Resolves to false when the caller closed the connection first; the timer ends with it.
 */
export function occupy(response: Response, clock: SimulatedClock, untilMs: number): Promise<boolean> {
  if (response.destroyed) {
    return Promise.resolve(false);
  }
  if (untilMs <= clock.nowMs()) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const leave = () => {
      callOff();
      resolve(false);
    };
    const callOff = clock.at(untilMs, () => {
      response.off('close', leave);
      resolve(true);
    });
    response.once('close', leave);
  });
}

import type { RandomStream } from '../policies/random-stream.ts';

/** What can happen to a streamed answer; the registry of its words is `FaultShares`. */
export type StreamFault = 'cut' | 'stalled' | 'malformed' | 'error';

/** The share of streamed answers, 0 to 1, that meets each fault; an answer meets at most one. */
export type FaultShares = Readonly<Record<StreamFault, number>>;

export interface PlannedFault {
  readonly fault: StreamFault;
  /** Where in the answer it happens, 0 at its beginning to 1 at its end. */
  readonly position: number;
}

export interface DrawnFaults {
  /** `529`: the host has no room. */
  readonly isOverloaded: boolean;
  /** For a streamed answer. */
  readonly stream: PlannedFault | undefined;
}

/**
 * Draws what happens to each request, in the order of their arrival. A request takes the same number of draws whatever happens to
 * it, so the n-th request meets the same in every run of a seed.
 */
export function createFaults(shares: FaultShares, overloadedShare: number, stream: RandomStream): () => DrawnFaults {
  return () => {
    const [overloaded, which, position] = [stream.uniform(), stream.uniform(), stream.uniform()];
    let upTo = 0;
    let planned: PlannedFault | undefined;
    for (const [fault, share] of Object.entries(shares) as [StreamFault, number][]) {
      upTo += share;
      if (planned === undefined && which < upTo) {
        planned = { fault, position };
      }
    }
    return { isOverloaded: overloaded < overloadedShare, stream: planned };
  };
}

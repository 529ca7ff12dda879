import { describe, expect, it } from 'vitest';
import {
  forkJoinBoundsMs,
  lossShare,
  meanSharedMs,
  meanWaitGeneralMs,
  meanWaitLimitedMs,
  meanWaitMs,
  waitingShare,
  waitQuantileMs,
} from './closed-forms.ts';

const queue = (arrivalRate: number) => ({ arrivalRate, serviceRate: 1 });

describe('closed forms agree with each other where they meet', () => {
  it.each([0.1, 0.5, 0.8, 0.95])('at a utilisation of %d', (rho) => {
    // M/M/1: Wq = ρ ÷ (μ − λ).
    expect(meanWaitMs(queue(rho), 1)).toBeCloseTo(rho / (1 - rho), 12);
    expect(meanWaitGeneralMs(queue(rho), 1)).toBeCloseTo(meanWaitMs(queue(rho), 1), 12);
    expect(meanSharedMs(queue(rho))).toBeCloseTo(meanWaitMs(queue(rho), 1) + 1, 12);
    // Room for many is room for all.
    expect(meanWaitLimitedMs(queue(rho * 3), 3, 2000)).toBeCloseTo(meanWaitMs(queue(rho * 3), 3), 9);
    expect(lossShare(queue(rho * 3), 3, 2000)).toBeLessThan(1e-9);
    // The quantile is where the tail has that share.
    const waits = waitingShare(queue(rho * 4), 4);
    const share = 1 - waits / 10;
    expect(waits * Math.exp(-(4 - rho * 4) * waitQuantileMs(queue(rho * 4), 4, share))).toBeCloseTo(1 - share, 12);
  });

  it('has the values of the tables', () => {
    // Erlang B of 10 erlangs on 10 lines; Erlang C of 2 erlangs on 3 servers is 4/9.
    expect(lossShare(queue(10), 10, 10)).toBeCloseTo(0.2146, 4);
    expect(waitingShare(queue(2), 3)).toBeCloseTo(4 / 9, 12);
    // M/M/1/1 loses ρ ÷ (1 + ρ), also above 1.
    expect(lossShare(queue(3), 1, 1)).toBeCloseTo(0.75, 12);
    // M/D/1 waits half as long as M/M/1.
    expect(meanWaitGeneralMs(queue(0.8), 0)).toBeCloseTo(2, 12);
    // Two queues at 0.8: (12 − 0.8) ÷ 8 · 5.
    expect(forkJoinBoundsMs(queue(0.8), 2).lowest).toBeCloseTo(7, 12);
    expect(forkJoinBoundsMs(queue(0.8), 2).highest).toBeCloseTo(7, 12);
  });

  it('has no steady state from 1 on', () => {
    expect(() => meanWaitMs(queue(3), 3)).toThrow(RangeError);
    expect(() => meanSharedMs(queue(1.1))).toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { schedule } from '../arrivals/index.ts';
import { minimumGapUs, Ticker } from './ticker.ts';

const durationMs = 500;

/** Runs a ticker and returns, for each job, the moment in µs at which it was found due. */
async function fire(offsetsUs: readonly number[]): Promise<{ firedUs: number[]; ticks: number }> {
  const ticker = await Ticker.open(offsetsUs);
  const keepAlive = setInterval(() => {}, 1000);
  const epochNs = process.hrtime.bigint() + 5_000_000n;
  const firedUs: number[] = [];
  let ticks = 0;
  try {
    ticker.start(epochNs);
    await ticker.run(() => {
      ticks += 1;
      const nowUs = Number(process.hrtime.bigint() - epochNs) / 1000;
      while (firedUs.length < offsetsUs.length && (offsetsUs[firedUs.length] as number) <= nowUs) {
        firedUs.push(nowUs);
      }
      return firedUs.length < offsetsUs.length;
    });
  } finally {
    clearInterval(keepAlive);
    await ticker.close();
  }
  return { firedUs, ticks };
}

describe('ticker', () => {
  it('wakes for every job, never loses the last one', async () => {
    for (const seed of [1, 2, 3]) {
      const offsetsUs = schedule('poisson', { ratePerSecond: 800, durationMs, seed });
      const { firedUs } = await fire(offsetsUs);
      expect(firedUs).toHaveLength(offsetsUs.length);
      expect(firedUs.every((atUs, job) => atUs >= (offsetsUs[job] as number))).toBe(true);
    }
  });

  it('keeps absolute times: a late wake does not push the rest of the schedule back', async () => {
    const offsetsUs = schedule('constant', { ratePerSecond: 400, durationMs, seed: 1 });
    const { firedUs } = await fire(offsetsUs);
    const lags = firedUs.map((atUs, job) => atUs - (offsetsUs[job] as number)).toSorted((a, b) => a - b);
    // 200 relative sleeps that are each late by 0.1 ms or more would end 20 ms or more behind.
    expect(lags[Math.floor(lags.length / 2)]).toBeLessThan(10_000);
  });

  it('fires in batches of 1 ms above 5,000 per second and one by one below', async () => {
    const fast = schedule('constant', { ratePerSecond: 8000, durationMs, seed: 1 });
    expect(minimumGapUs(fast)).toBe(1000);
    expect(minimumGapUs(schedule('constant', { ratePerSecond: 4000, durationMs, seed: 1 }))).toBe(0);
    expect(minimumGapUs([])).toBe(0);
    expect(minimumGapUs([7])).toBe(0);
    const { firedUs, ticks } = await fire(fast);
    expect(firedUs).toHaveLength(fast.length);
    expect(ticks).toBeLessThanOrEqual(durationMs + 10);
  });

  it('can be closed before it was started', async () => {
    const ticker = await Ticker.open([1_000_000]);
    await ticker.close();
  });
});

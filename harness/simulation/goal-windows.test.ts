import { describe, expect, it } from 'vitest';
import { GoalWindows } from './goal-windows.ts';

const goal = { percentile: 90, responseMs: 100, errorShare: 0.1 };

function windowsOf(
  seconds: number,
  requests: readonly { atSeconds: number; count: number; late?: number; failed?: number }[],
): GoalWindows {
  const windows = new GoalWindows(goal, seconds * 1000);
  for (const { atSeconds, count, late = 0, failed = 0 } of requests) {
    for (let index = 0; index < count; index += 1) {
      if (index < failed) {
        windows.failed(atSeconds * 1000);
      } else {
        windows.answered(atSeconds * 1000, index < failed + late ? 100.1 : 100);
      }
    }
  }
  return windows;
}

describe('windows of 15 s', () => {
  it('are violated by their percentile, nearest rank, or by their failures', () => {
    const windows = windowsOf(75, [
      { atSeconds: 1, count: 100, late: 10 },
      { atSeconds: 16, count: 100, late: 11 },
      { atSeconds: 31, count: 100, failed: 10 },
      { atSeconds: 46, count: 100, failed: 11 },
      { atSeconds: 61, count: 100, failed: 50, late: 50 },
    ]);
    expect(windows.violations()).toEqual([
      { fromMs: 15_000, toMs: 30_000 },
      { fromMs: 45_000, toMs: 75_000 },
    ]);
    expect(windows.violating).toBe(10 + 11 + 10 + 11 + 100);
    expect(windows.ended).toBe(500);
  });

  it('with fewer than twenty requests are judged together with those after them', () => {
    const quiet = windowsOf(60, [
      { atSeconds: 1, count: 1, late: 1 },
      { atSeconds: 16, count: 19 },
      { atSeconds: 31, count: 19, late: 3 },
      { atSeconds: 46, count: 1 },
    ]);
    expect(quiet.violations()).toEqual([{ fromMs: 30_000, toMs: 60_000 }]);
  });

  it('know of requests without an answer at the end only that they are late', () => {
    const windows = windowsOf(30, [{ atSeconds: 1, count: 100 }]);
    windows.unfinished(29_950, 30_000);
    expect([windows.ended, windows.violating]).toEqual([100, 0]);
    for (let late = 0; late < 20; late += 1) {
      windows.unfinished(20_000, 30_000);
    }
    expect([windows.ended, windows.violating]).toEqual([120, 20]);
    expect(windows.violations()).toEqual([{ fromMs: 15_000, toMs: 30_000 }]);
  });

  it('that are left over at the end are judged with those before them, and none is left out', () => {
    expect(
      windowsOf(40, [
        { atSeconds: 1, count: 20 },
        { atSeconds: 39, count: 3, late: 3 },
      ]).violations(),
    ).toEqual([{ fromMs: 0, toMs: 40_000 }]);
    expect(windowsOf(20, [{ atSeconds: 19, count: 1, failed: 1 }]).violations()).toEqual([{ fromMs: 0, toMs: 20_000 }]);
    expect(windowsOf(20, []).violations()).toEqual([]);
  });
});

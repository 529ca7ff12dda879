import type { Evidence, StageName } from '../api/evidence.ts';

/** Divides the time of one request into consecutive stages, so that nothing is counted twice or left out. */
export interface Stopwatch {
  /** Ends the stage that began where the last one ended. */
  lap(stage: StageName): void;
  /** Durations in ms with µs resolution; they add up to `total_ms`. */
  read(): Pick<Evidence, 'stages' | 'total_ms'>;
}

/** Starts at `startedMs`, measured by the same clock as `nowMs`. */
export function stopwatch(startedMs: number, nowMs: () => number = () => performance.now()): Stopwatch {
  // Whole µs from here on, because rounded parts of unrounded numbers would not add up.
  const startedUs = Math.round(startedMs * 1000);
  let lastUs = startedUs;
  const stages: Evidence['stages'] = [];
  return {
    lap(stage) {
      const now = Math.max(lastUs, Math.round(nowMs() * 1000));
      stages.push({ stage, duration_ms: (now - lastUs) / 1000 });
      lastUs = now;
    },
    read: () => ({ stages, total_ms: (lastUs - startedUs) / 1000 }),
  };
}

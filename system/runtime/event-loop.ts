import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** How often the monitor's timer falls due. It runs outside JavaScript and costs nothing that could be measured. */
const resolutionMs = 10;
const nanosecondsPerSecond = 1e9;
const nanosecondsPerMillisecond = 1e6;

/** Upper bounds of the delay's buckets, in seconds; fine where a p99 of a server is of interest. */
export const delayBoundsSeconds = [
  0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5,
] as const;

/** Everything since the start of the process: whoever wants a window subtracts two readings. */
export interface EventLoopFigures {
  readonly activeSeconds: number;
  readonly idleSeconds: number;
  /** By how much timers fired late. */
  readonly delay: {
    /** Samples up to each of `delayBoundsSeconds`. */
    readonly upToBound: readonly number[];
    readonly count: number;
    readonly sumSeconds: number;
  };
}

/**
 * The monitor is never reset. Readers that reset it, as prom-client's own lag gauges do, take a part of each other's samples, and
 * the first delay after a reset is lost: of a loop that was blocked just then nothing would be seen (docs/adr/0014-warm-up-and-capacity.md).
 */
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();

/** How many samples are up to a value: the highest rank whose value is not above it. */
function samplesUpTo(nanoseconds: number, count: number): number {
  let [below, above] = [0, count + 1];
  while (above - below > 1) {
    const rank = (below + above) >>> 1;
    if (delays.percentile((100 * rank) / count) <= nanoseconds) {
      below = rank;
    } else {
      above = rank;
    }
  }
  return below;
}

export function readEventLoop(): EventLoopFigures {
  const { active, idle } = performance.eventLoopUtilization();
  const { count } = delays;
  // The monitor records the time between two firings, which on an idle loop is its resolution.
  const upToBound = delayBoundsSeconds.map((bound) =>
    samplesUpTo(bound * nanosecondsPerSecond + resolutionMs * nanosecondsPerMillisecond, count),
  );
  const mean = count === 0 ? 0 : delays.mean / nanosecondsPerSecond - resolutionMs / 1000;
  return { activeSeconds: active / 1000, idleSeconds: idle / 1000, delay: { upToBound, count, sumSeconds: Math.max(0, mean * count) } };
}

import { z } from 'zod';
import type { Throttling } from '../platform.ts';
import type { EngineClient } from './engine.ts';

const nanosecondsPerSecond = 1e9;

const count = z.number().nonnegative();
const statisticsSchema = z.object({
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: count }),
    throttling_data: z.object({ periods: count, throttled_periods: count, throttled_time: count }).partial().optional(),
  }),
  memory_stats: z.object({
    usage: count.optional(),
    /** cgroup version 1 says `total_inactive_file`, version 2 `inactive_file`. */
    stats: z.object({ total_inactive_file: count, inactive_file: count }).partial().optional(),
  }),
});

/** Cumulative figures of one container, from the engine's statistics; they do not depend on the version of the cgroups. */
export interface ContainerStatistics {
  readonly cpuSeconds: number;
  /** Without the page cache that the kernel can drop, as `docker stats` has it. Absent when it has ended. */
  readonly residentBytes?: number;
  readonly throttling: Throttling;
}

/** Reads an answer of `GET /containers/{id}/stats`. */
export function readStatistics(answer: unknown): ContainerStatistics {
  const { cpu_stats: cpu, memory_stats: memory } = statisticsSchema.parse(answer);
  const { periods = 0, throttled_periods: throttledPeriods = 0, throttled_time: throttledTime = 0 } = cpu.throttling_data ?? {};
  const { total_inactive_file: total, inactive_file: own } = memory.stats ?? {};
  return {
    cpuSeconds: cpu.cpu_usage.total_usage / nanosecondsPerSecond,
    ...(memory.usage === undefined ? {} : { residentBytes: Math.max(0, memory.usage - (total ?? own ?? 0)) }),
    throttling: { periods, throttledPeriods, throttledSeconds: throttledTime / nanosecondsPerSecond },
  };
}

/** One sample; `one-shot` spares the engine the second that it otherwise waits to compute a rate. */
export async function containerStatistics(client: EngineClient, containerId: string): Promise<ContainerStatistics> {
  return readStatistics(await client.getContainer(containerId).stats({ stream: false, 'one-shot': true }));
}

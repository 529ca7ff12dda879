import type { ServerPoint, ServerSeries, ServerWindow } from '../contract/server-series.ts';
import { addedBuckets, bucketQuantile } from '../measurement/bucket-quantile.ts';
import type { ProcessSample, RunningSystem } from '../platform/platform.ts';
import { type ProcessWindow, processWindows } from './process-windows.ts';
import { readServers, type ServerReading } from './server-metrics.ts';

const maximumPoints = 200;
const minimumGapMs = 250;
const delayPercentile = 0.99;

/** Everything that was seen of the servers at one moment. */
interface Look {
  readonly atMs: number;
  /** Absent where the platform could not tell. */
  readonly samples: readonly ProcessSample[] | undefined;
  readonly readings: readonly ServerReading[];
}

interface Seen {
  readonly atMs: number;
  readonly sample: ProcessSample | undefined;
  readonly reading: ServerReading | undefined;
}

/** What the event loop did between two readings of one process. */
function loopBetween(
  before: ServerReading | undefined,
  after: ServerReading | undefined,
): Pick<ServerPoint, 'eventLoopUtilisation' | 'eventLoopDelayP99Ms'> {
  if (before === undefined || after === undefined) {
    return {};
  }
  const active = (after.activeSeconds ?? Number.NaN) - (before.activeSeconds ?? Number.NaN);
  const idle = (after.idleSeconds ?? Number.NaN) - (before.idleSeconds ?? Number.NaN);
  const added =
    after.delaySeconds === undefined || before.delaySeconds === undefined
      ? undefined
      : addedBuckets(before.delaySeconds, after.delaySeconds);
  const delay = added === undefined ? undefined : bucketQuantile(added, delayPercentile);
  return {
    // A process that was started anew in between counts from 0 again.
    ...(active >= 0 && idle >= 0 && active + idle > 0 ? { eventLoopUtilisation: active / (active + idle) } : {}),
    ...(delay === undefined ? {} : { eventLoopDelayP99Ms: delay * 1000 }),
  };
}

/** Share of the time between two readings in which the process collected garbage. */
function collectingBetween(before: Seen | undefined, { reading, atMs }: Seen): Pick<ServerPoint, 'collectingShare'> {
  const seconds = (reading?.collectingSeconds ?? Number.NaN) - (before?.reading?.collectingSeconds ?? Number.NaN);
  const elapsedSeconds = (atMs - (before?.atMs ?? atMs)) / 1000;
  // A collection is told of when it is over, and may have begun before the first of the two readings.
  return seconds >= 0 && elapsedSeconds > 0 ? { collectingShare: Math.min(1, seconds / elapsedSeconds) } : {};
}

function pointOf(seen: Seen, before: Seen | undefined, startMs: number): ServerPoint {
  const { atMs, sample, reading } = seen;
  const elapsedSeconds = before === undefined ? 0 : (atMs - before.atMs) / 1000;
  const sameProcess = before?.sample !== undefined && sample !== undefined && before.sample.pid === sample.pid;
  return {
    seconds: (atMs - startMs) / 1000,
    ...(sameProcess && elapsedSeconds > 0
      ? { cpuCores: Math.max(0, sample.cpuSeconds - (before.sample?.cpuSeconds ?? 0)) / elapsedSeconds }
      : {}),
    ...(sample?.residentBytes === undefined ? {} : { residentBytes: sample.residentBytes }),
    ...(reading?.heapUsedBytes === undefined ? {} : { heapUsedBytes: reading.heapUsedBytes }),
    ...loopBetween(before?.reading, reading),
    ...collectingBetween(before, seen),
    ...(reading?.inFlight === undefined ? {} : { inFlight: reading.inFlight }),
    ...(reading === undefined || reading.pools.length === 0 ? {} : { pools: [...reading.pools] }),
  };
}

/**
 * The looks of a series: none so soon before the next that rates between the two would be noise (a second may end where the window
 * does), and then every n-th, so that no series is too long. The last look is always among them.
 */
function thinned(looks: readonly Look[]): readonly Look[] {
  const apart = looks.filter(({ atMs }, index) => (looks[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs >= minimumGapMs);
  const step = Math.max(1, Math.ceil(apart.length / maximumPoints));
  return apart.filter((_, index) => (apart.length - 1 - index) % step === 0);
}

/**
 * Looks at every server of a system, as often as it is told to: what each used according to the platform, and what it tells of itself.
 * A look never rejects: a server that cannot be asked is missing from it.
 */
export class ServerWatch {
  readonly #system: Pick<RunningSystem, 'sample' | 'metricsSources'>;
  readonly #looks: Promise<Look>[] = [];

  constructor(system: Pick<RunningSystem, 'sample' | 'metricsSources'>) {
    this.#system = system;
  }

  look(): void {
    this.#looks.push(this.#lookNow());
  }

  /** What each process used between the first and the last look; undefined where one of the two could not be sampled. */
  async processes(): Promise<ProcessWindow[] | undefined> {
    const looks = await Promise.all(this.#looks);
    const [first, last] = [looks[0]?.samples, looks.at(-1)?.samples];
    return first === undefined || last === undefined
      ? undefined
      : processWindows(looks.flatMap(({ samples }) => (samples === undefined ? [] : [samples])));
  }

  /** What each server did between the first and the last look; empty where `processes` is undefined. */
  async windows(): Promise<ServerWindow[]> {
    const [processes = [], looks] = [await this.processes(), await Promise.all(this.#looks)];
    const at = (look: Look | undefined, id: string) => look?.readings.find((reading) => reading.id === id);
    return processes.map(({ tier, id, cpuSeconds }) => ({ tier, id, cpuSeconds, ...loopBetween(at(looks[0], id), at(looks.at(-1), id)) }));
  }

  /** Every server over time, those that ended in between included. */
  async series(): Promise<ServerSeries[]> {
    const all = await Promise.all(this.#looks);
    const looks = thinned(all);
    const startMs = all[0]?.atMs ?? 0;
    const parts = new Map(
      looks.flatMap(({ samples = [], readings }) => [...samples, ...readings].map(({ tier, id }) => [id, tier] as const)),
    );
    return [...parts].map(([id, tier]) => {
      const seen = looks.map(
        ({ atMs, samples, readings }): Seen => ({
          atMs,
          sample: samples?.find((one) => one.id === id),
          reading: readings.find((one) => one.id === id),
        }),
      );
      const points = seen.flatMap((one, index) =>
        one.sample === undefined && one.reading === undefined ? [] : [pointOf(one, seen[index - 1], startMs)],
      );
      const heapLimitBytes = seen.findLast(({ reading }) => reading?.heapLimitBytes !== undefined)?.reading?.heapLimitBytes;
      return { tier, id, ...(heapLimitBytes === undefined ? {} : { heapLimitBytes }), points };
    });
  }

  async #lookNow(): Promise<Look> {
    const atMs = performance.now();
    const [samples, readings] = await Promise.all([this.#system.sample().catch(() => undefined), readServers(this.#system.metricsSources)]);
    return { atMs, samples, readings };
  }
}

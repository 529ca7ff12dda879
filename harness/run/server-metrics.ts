import type { BucketCounts } from '../measurement/bucket-quantile.ts';
import { getOnce } from '../platform/http-get.ts';
import type { MetricsSource } from '../platform/platform.ts';

/** A busy server answers late; one that is this late is looked at again a second later. */
const patienceMs = 900;

/** The families of `system/runtime` that are read; a server of others has none of them. */
const families = [
  'nodejs_eventloop_time_seconds_total',
  'nodejs_eventloop_delay_seconds',
  'nodejs_gc_duration_seconds',
  'v8js_memory_heap_used_bytes',
  'v8js_memory_heap_limit_bytes',
  'http_server_active_requests',
  'connection_pool_in_use',
  'connection_pool_waiting',
];

export interface PoolReading {
  /** What the connections lead to, such as `provider`. */
  readonly peer: string;
  readonly inUse: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

/** What one server told about itself; what it did not tell is absent. Counters count from its start. */
export interface ServerReading extends Pick<MetricsSource, 'tier' | 'id'> {
  readonly activeSeconds?: number;
  readonly idleSeconds?: number;
  readonly delaySeconds?: BucketCounts;
  /** In which everything stood still for garbage collection. */
  readonly collectingSeconds?: number;
  readonly heapUsedBytes?: number;
  readonly heapLimitBytes?: number;
  /** Requests that it was answering, the one that asked left out. */
  readonly inFlight?: number;
  readonly pools: readonly PoolReading[];
}

type Sample = readonly [labels: string, value: number];

function samplesByName(text: string): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const [, name = '', labels = '', value = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    samples.set(name, [...(samples.get(name) ?? []), [labels, Number(value)]]);
  }
  return samples;
}

const labelOf = (labels: string, name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1];

function delayOf(samples: Map<string, Sample[]>): BucketCounts | undefined {
  const buckets = (samples.get('nodejs_eventloop_delay_seconds_bucket') ?? []).map(([labels, value]) => ({
    bound: Number(labelOf(labels, 'le')),
    value,
  }));
  const count = samples.get('nodejs_eventloop_delay_seconds_count')?.[0]?.[1];
  // `+Inf` is no number and holds what the count holds.
  const finite = buckets.filter(({ bound }) => Number.isFinite(bound));
  return count === undefined || finite.length === 0
    ? undefined
    : { bounds: finite.map(({ bound }) => bound), upToBound: finite.map(({ value }) => value), count };
}

function poolsOf(samples: Map<string, Sample[]>): PoolReading[] {
  const waiting = new Map((samples.get('connection_pool_waiting') ?? []).map(([labels, value]) => [labelOf(labels, 'peer'), value]));
  return (samples.get('connection_pool_in_use') ?? []).map(([labels, inUse]) => {
    const peer = labelOf(labels, 'peer') ?? 'unnamed';
    return { peer, inUse, waiting: waiting.get(peer) ?? 0 };
  });
}

/** Reads Prometheus' text form; families that are not there leave their fields absent. */
export function readingOf({ tier, id }: Pick<MetricsSource, 'tier' | 'id'>, text: string): ServerReading {
  const samples = samplesByName(text);
  const gauge = (name: string) => samples.get(name)?.[0]?.[1];
  const loop = (state: string) =>
    samples.get('nodejs_eventloop_time_seconds_total')?.find(([labels]) => labelOf(labels, 'nodejs_eventloop_state') === state)?.[1];
  const active = gauge('http_server_active_requests');
  const collections = samples.get('nodejs_gc_duration_seconds_sum');
  const reading = {
    activeSeconds: loop('active'),
    idleSeconds: loop('idle'),
    delaySeconds: delayOf(samples),
    collectingSeconds: collections?.reduce((sum, [, seconds]) => sum + seconds, 0),
    heapUsedBytes: gauge('v8js_memory_heap_used_bytes'),
    heapLimitBytes: gauge('v8js_memory_heap_limit_bytes'),
    inFlight: active === undefined ? undefined : Math.max(0, active - 1),
  };
  const known = Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined)) as Partial<ServerReading>;
  return { tier, id, ...known, pools: poolsOf(samples) };
}

/** Asks every server at once; one that does not answer in time, or not at all, is left out of this look. */
export async function readServers(sources: readonly MetricsSource[]): Promise<ServerReading[]> {
  const query = families.map((name) => `name[]=${name}`).join('&');
  const readings = await Promise.all(
    sources.map(async (source): Promise<ServerReading[]> => {
      try {
        const { status, body } = await getOnce(`${source.url}?${query}`, AbortSignal.timeout(patienceMs));
        return status === 200 ? [readingOf(source, body)] : [];
      } catch {
        // Too busy, or gone: its absence from the series is what there is to see.
        return [];
      }
    }),
  );
  return readings.flat();
}

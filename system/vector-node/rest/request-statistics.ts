import type { Request, RequestHandler } from 'express';

/** Upper bounds of the histogram, seconds. */
export const durationBoundsSeconds = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 50];

/** Durations of equal requests. */
export interface RequestSeries {
  readonly method: string;
  /** The pattern of the path, never the path: a label per point would grow without bound. */
  readonly endpoint: string;
  readonly status: number;
  /** The collection that was asked, when there is one of that name. */
  readonly collection: string | undefined;
  count: number;
  sumSeconds: number;
  leastSeconds: number;
  greatestSeconds: number;
  /** How many fell into each bound's bucket, not cumulated; the last is beyond all bounds. */
  readonly buckets: number[];
}

/** Adds up series, which must be of the same method, endpoint and status. */
function totalOf(series: readonly RequestSeries[]): RequestSeries[] {
  const [first, ...others] = series;
  if (first === undefined) {
    return [];
  }
  const total = { ...first, collection: undefined, buckets: [...first.buckets] };
  for (const other of others) {
    total.count += other.count;
    total.sumSeconds += other.sumSeconds;
    total.leastSeconds = Math.min(total.leastSeconds, other.leastSeconds);
    total.greatestSeconds = Math.max(total.greatestSeconds, other.greatestSeconds);
    other.buckets.forEach((count, index) => {
      total.buckets[index] = (total.buckets[index] ?? 0) + count;
    });
  }
  return [total];
}

/** Counts and times every answered request by method, endpoint, status and collection. */
export class RequestStatistics {
  readonly #series = new Map<string, RequestSeries>();
  readonly #isCollection: (name: string) => boolean;

  constructor(isCollection: (name: string) => boolean) {
    this.#isCollection = isCollection;
  }

  get series(): RequestSeries[] {
    return [...this.#series.values()];
  }

  /** One total for each method, endpoint and status. */
  get totals(): RequestSeries[] {
    const groups = Map.groupBy(this.#series.values(), ({ method, endpoint, status }) => `${method} ${endpoint} ${status}`);
    return [...groups.values()].flatMap(totalOf);
  }

  readonly measure: RequestHandler = (request, response, next) => {
    const startedAtMs = performance.now();
    response.once('finish', () => this.#add(request, response.statusCode, (performance.now() - startedAtMs) / 1000));
    next();
  };

  #add(request: Request, status: number, seconds: number): void {
    const route = (request.route as { path?: unknown } | undefined)?.path;
    if (typeof route !== 'string') {
      return;
    }
    const endpoint = route.replace(/:(\w+)/g, (_match, name: string) => (name === 'collection' ? '{name}' : `{${name}}`));
    const named = typeof request.params.collection === 'string' ? request.params.collection : undefined;
    const collection = named !== undefined && this.#isCollection(named) ? named : undefined;
    const key = JSON.stringify([request.method, endpoint, status, collection]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = {
        method: request.method,
        endpoint,
        status,
        collection,
        count: 0,
        sumSeconds: 0,
        leastSeconds: seconds,
        greatestSeconds: seconds,
        buckets: Array.from({ length: durationBoundsSeconds.length + 1 }, () => 0),
      };
      this.#series.set(key, series);
    }
    series.count += 1;
    series.sumSeconds += seconds;
    series.leastSeconds = Math.min(series.leastSeconds, seconds);
    series.greatestSeconds = Math.max(series.greatestSeconds, seconds);
    const found = durationBoundsSeconds.findIndex((bound) => seconds <= bound);
    const bucket = found === -1 ? durationBoundsSeconds.length : found;
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }
}

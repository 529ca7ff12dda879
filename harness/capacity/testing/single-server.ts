import { randomStream } from '../../../system/policies/random-stream.ts';
import type { Timed } from '../steadiness.ts';

/**
 * The requests of a window at an M/M/1 queue that was empty at the beginning of its warm-up (Lindley's recursion). In its steady
 * state the response time is exponential with rate μ − λ, so that its percentile p is −ln(1 − p/100) ÷ (μ − λ).
 */
export function singleServer(load: {
  readonly ratePerSecond: number;
  readonly serviceRatePerSecond: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly seed: number;
}): Timed[] {
  const arrivals = randomStream(load.seed, 'arrivals');
  const services = randomStream(load.seed, 'services');
  const exponential = (random: typeof arrivals, rate: number) => (-1000 * Math.log(1 - random.uniform())) / rate;
  const requests: Timed[] = [];
  const fromMs = load.warmUpSeconds * 1000;
  const endMs = fromMs + load.seconds * 1000;
  let freeMs = 0;
  for (let at = exponential(arrivals, load.ratePerSecond); at < endMs; at += exponential(arrivals, load.ratePerSecond)) {
    freeMs = Math.max(at, freeMs) + exponential(services, load.serviceRatePerSecond);
    if (at >= fromMs) {
      requests.push({ at, responseMs: freeMs - at });
    }
  }
  return requests;
}

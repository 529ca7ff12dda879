import type { SimulatedGoal, SimulatedRun } from '../contract/simulation.ts';
import { createHistogram, record } from '../measurement/histogram.ts';
import { GoalWindows } from './goal-windows.ts';
import type { Requests } from './requests.ts';
import { bucketCount, bucketOf, bucketPercentile } from './response-buckets.ts';

const widthsSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
const mostBins = 400;

/** The narrowest round width of at most 400 bins. */
function binWidth(endMs: number): number {
  const seconds = widthsSeconds.find((width) => Math.ceil(endMs / 1000 / width) <= mostBins) ?? Math.ceil(endMs / 1000 / mostBins);
  return seconds * 1000;
}

/**
 * Where the time of an answer went, in the order in which it is met. The words are those of the live system's stages where it has the
 * same: `preprocess` and `finish` are a replica's own work, `cache` is the look-up, `search` lasts from asking the shards until the
 * slowest has answered.
 */
const stages = [
  'earlier attempts',
  'gateway',
  'wait for a slot',
  'wait for own work',
  'preprocess',
  'cache',
  'embed',
  'search',
  'wait for the model',
  'generate',
  'finish',
] as const;

type Counts = SimulatedRun['counts'];

/** Everything that is counted while a run goes on, in memory that depends on its length and not on its requests. */
export class Measures {
  readonly counts: { -readonly [Name in keyof Counts]: number } = {
    arrived: 0,
    succeeded: 0,
    timedOut: 0,
    refused: 0,
    refusedByProvider: 0,
    lost: 0,
    unfinished: 0,
    retries: 0,
    retriesDenied: 0,
    cacheHits: 0,
  };
  lookups = 0;
  readonly goal: GoalWindows;
  readonly responses = createHistogram();
  responseSumMs = 0;
  longestMs = 0;
  readonly binMs: number;
  readonly binWaitingMs: Float64Array;
  readonly binBusyMs: Float64Array;
  readonly binCoreMs: Float64Array;
  /** What the scaling rule sees: since its last decision. */
  seenAttempts = 0;
  seenWaits = 0;
  seenWaitMs = 0;
  readonly #seen = new Uint32Array(bucketCount);
  readonly #stageMs = new Float64Array(stages.length);
  readonly #endMs: number;
  readonly #binArrivals: Uint32Array;
  readonly #binFailed: Uint32Array;
  readonly #binAnswers: Uint32Array;

  constructor(goal: SimulatedGoal, endMs: number) {
    this.goal = new GoalWindows(goal, endMs);
    this.#endMs = endMs;
    this.binMs = binWidth(endMs);
    const bins = Math.ceil(endMs / this.binMs);
    this.binWaitingMs = new Float64Array(bins);
    this.binBusyMs = new Float64Array(bins);
    this.binCoreMs = new Float64Array(bins);
    this.#binArrivals = new Uint32Array(bins);
    this.#binFailed = new Uint32Array(bins);
    this.#binAnswers = new Uint32Array(bins * bucketCount);
  }

  arrived(startMs: number): void {
    this.counts.arrived += 1;
    const bin = Math.floor(startMs / this.binMs);
    this.#binArrivals[bin] = (this.#binArrivals[bin] as number) + 1;
  }

  /** A first attempt has come to nothing; which count it belongs to is the caller's. */
  failed(startMs: number): void {
    const bin = Math.floor(startMs / this.binMs);
    this.#binFailed[bin] = (this.#binFailed[bin] as number) + 1;
    this.goal.failed(startMs);
  }

  /** For the rule's percentile: a client that gave up waited to its deadline. A refusal is no answer and does not count. */
  seen(responseMs: number): void {
    const bucket = bucketOf(responseMs);
    this.#seen[bucket] = (this.#seen[bucket] as number) + 1;
  }

  succeeded(requests: Requests, request: number, nowMs: number): void {
    const startMs = requests.startMs[request] as number;
    const responseMs = nowMs - startMs;
    this.counts.succeeded += 1;
    record(this.responses, responseMs * 1000);
    this.responseSumMs += responseMs;
    this.longestMs = responseMs > this.longestMs ? responseMs : this.longestMs;
    const bucket = bucketOf(responseMs);
    this.#seen[bucket] = (this.#seen[bucket] as number) + 1;
    const place = Math.floor(startMs / this.binMs) * bucketCount + bucket;
    this.#binAnswers[place] = (this.#binAnswers[place] as number) + 1;
    this.goal.answered(startMs, responseMs);

    const sums = this.#stageMs;
    sums[0] = (sums[0] as number) + (requests.attemptMs[request] as number) - startMs;
    sums[1] = (sums[1] as number) + (requests.gatewayMs[request] as number);
    sums[2] = (sums[2] as number) + (requests.slotWaitMs[request] as number);
    sums[3] = (sums[3] as number) + (requests.ownWaitMs[request] as number);
    sums[4] = (sums[4] as number) + (requests.preparedMs[request] as number);
    sums[5] = (sums[5] as number) + (requests.lookupMs[request] as number);
    if (requests.isHit[request] === 0) {
      sums[6] = (sums[6] as number) + (requests.embedMs[request] as number);
      sums[7] = (sums[7] as number) + (requests.searchedMs[request] as number);
      sums[8] = (sums[8] as number) + (requests.modelWaitMs[request] as number);
      sums[9] = (sums[9] as number) + (requests.generateMs[request] as number);
    }
    sums[10] = (sums[10] as number) + (requests.finishedMs[request] as number);
  }

  /** A percentile of the answers since the last decision, ms; `undefined` where there were none. */
  seenPercentile(percentile: number): number | undefined {
    return bucketPercentile(this.#seen, percentile);
  }

  /** The rule has looked: what it sees next begins now. */
  startOver(): void {
    this.#seen.fill(0);
    this.seenAttempts = 0;
    this.seenWaits = 0;
    this.seenWaitMs = 0;
  }

  stages(): SimulatedRun['stages'] {
    const { succeeded } = this.counts;
    return succeeded === 0 ? [] : stages.map((stage, index) => ({ stage, ms: (this.#stageMs[index] as number) / succeeded }));
  }

  bins(): SimulatedRun['bins'] {
    return Array.from(this.#binArrivals, (arrivals, bin) => {
      const fromMs = bin * this.binMs;
      const answers = this.#binAnswers.subarray(bin * bucketCount, (bin + 1) * bucketCount);
      const p50Ms = bucketPercentile(answers, 50);
      const p95Ms = bucketPercentile(answers, 95);
      const coreMs = this.binCoreMs[bin] as number;
      return {
        fromSeconds: fromMs / 1000,
        arrivals,
        failed: this.#binFailed[bin] as number,
        ...(p50Ms !== undefined && { p50Ms }),
        ...(p95Ms !== undefined && { p95Ms }),
        ...(coreMs > 0 && { cpuUtilisation: (this.binBusyMs[bin] as number) / coreMs }),
        waiting: (this.binWaitingMs[bin] as number) / (Math.min(this.#endMs, fromMs + this.binMs) - fromMs),
      };
    });
  }
}

import type { OperationKind } from '../contract/common.ts';
import { type Counts, type HistogramRecord, type Second, type Timing, timingSchema } from '../contract/observation.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import type { Histogram } from '../measurement/histogram.ts';
import { Column } from './column.ts';
import type { JobSource } from './job-source.ts';
import { type SecondSamples, secondOf } from './second-samples.ts';
import { type Ending, endings, type Outcome, StepHistograms, type Window } from './step-histograms.ts';

const microsecondsPerSecond = 1_000_000;

/** When the pieces of a streamed answer arrived, µs since the epoch; the first is undefined where none did. */
interface StreamTimes {
  readonly firstTokenUs: number | undefined;
  readonly gapsUs: readonly number[];
}

/** Of streamed kinds only: a histogram has 80 KB. */
const streamTimings = new Set<Timing>(['time-to-first-token', 'inter-token-gap']);

interface OpenSecond {
  sent: number;
  done: number;
  dropped: number;
  errors: Partial<Record<ErrorClass, number>>;
  inFlight: number;
}

/**
 * What happened to every job of a step: fed by the execution with moments in µs from the epoch, read as counts,
 * histograms and seconds. A job, named by its place in the source, passes through invoked, perhaps sent, and settled, each once.
 */
export class StepRecord {
  readonly #plan: LoadPlan;
  readonly #jobs: JobSource;
  readonly #warmUpUs: number;
  readonly #invokedUs: Column;
  readonly #sentUs: Column;
  readonly #settledUs: Column;
  /** When a job that succeeded was settled. */
  readonly #succeededUs: Column;
  readonly #counts: Record<Window, Counts> = {
    'warm-up': { issued: 0, succeeded: 0, failed: {} },
    steady: { issued: 0, succeeded: 0, failed: {} },
  };
  readonly #histograms = new StepHistograms();
  readonly #seconds: OpenSecond[] = [];
  #inFlight = 0;
  #issued = 0;
  #settledCount = 0;

  constructor(plan: LoadPlan, jobs: JobSource) {
    this.#plan = plan;
    this.#jobs = jobs;
    this.#warmUpUs = plan.warmUpMs * 1000;
    this.#invokedUs = new Column(jobs.expected);
    this.#sentUs = new Column(jobs.expected);
    this.#settledUs = new Column(jobs.expected);
    this.#succeededUs = new Column(jobs.expected);
    // Made before the epoch: a histogram has 80 KB, and making two dozen while the first jobs are due would delay them.
    for (const kind of new Set(plan.requests.map((request) => request.kind))) {
      for (const window of plan.warmUpMs > 0 ? (['warm-up', 'steady'] as const) : (['steady'] as const)) {
        for (const ending of endings) {
          for (const timing of timingSchema.options.filter((one) => kind === 'ask-stream' || !streamTimings.has(one))) {
            this.#histograms.make(window, kind, ending, timing);
          }
        }
      }
    }
  }

  /** Jobs that were invoked and whose outcome is not known yet, waiting ones included. */
  get open(): number {
    return this.#issued - this.#settledCount;
  }

  /** Seconds from the epoch to the last one in which something was sent or ended. */
  get secondsTouched(): number {
    return this.#seconds.length;
  }

  intendedUs(job: number): number {
    return this.#jobs.intendedUs(job);
  }

  kindOf(job: number): OperationKind {
    const request = this.#plan.requests[this.#jobs.requestOf(job)];
    if (request === undefined) {
      throw new RangeError(`job ${job} has no request`);
    }
    return request.kind;
  }

  /** The moment of sending, or undefined while the job waits. */
  sentUs(job: number): number | undefined {
    const at = this.#sentUs.get(job);
    return Number.isNaN(at) ? undefined : at;
  }

  isSettled(job: number): boolean {
    return !Number.isNaN(this.#settledUs.get(job));
  }

  invoked(job: number, nowUs: number): void {
    this.#invokedUs.set(job, nowUs);
    this.#issued += 1;
    this.#counts[this.#windowOf(job)].issued += 1;
  }

  sent(job: number, nowUs: number): void {
    this.#sentUs.set(job, nowUs);
    this.#inFlight += 1;
    this.#secondAt(nowUs).sent += 1;
  }

  /**
   * Ends a job, as a success or with the class of its error, and with what arrived of a stream. Throws when it had ended
   * before: nothing counts twice.
   */
  settled(job: number, nowUs: number, error?: ErrorClass, stream?: StreamTimes): void {
    if (this.isSettled(job)) {
      throw new Error(`job ${job} was settled twice, the second time as ${error ?? 'success'}`);
    }
    this.#settledUs.set(job, nowUs);
    this.#settledCount += 1;
    const wasSent = this.sentUs(job) !== undefined;
    if (wasSent) {
      this.#inFlight -= 1;
    }
    const second = this.#secondAt(nowUs);
    const counts = this.#counts[this.#windowOf(job)];
    if (error === undefined) {
      this.#succeededUs.set(job, nowUs);
      counts.succeeded += 1;
      second.done += 1;
    } else {
      counts.failed[error] = (counts.failed[error] ?? 0) + 1;
      second.errors[error] = (second.errors[error] ?? 0) + 1;
      second.dropped += error === 'dropped' ? 1 : 0;
    }
    const ending = error === undefined ? 'success' : 'failure';
    this.#recordSpans(job, nowUs, ending);
    if (stream !== undefined) {
      this.#recordStream(job, stream, ending);
    }
  }

  counts(window: Window): Counts {
    return structuredClone(this.#counts[window]);
  }

  histogram(window: Window, kind: OperationKind, outcome: Outcome, timing: Timing): Histogram | undefined {
    return this.#histograms.find(window, kind, outcome, timing);
  }

  histogramRecords(): HistogramRecord[] {
    return this.#histograms.records();
  }

  /** Notes how many requests are in flight at the end of a second; called once for each, in order. */
  endSecond(second: number): void {
    this.#openSecond(second).inFlight = this.#inFlight;
  }

  /** A second as far as it is known: jobs by intended start, sends, ends and errors by the moment at which they happened. */
  second(second: number): Second {
    const { sent, done, dropped, errors, inFlight } = this.#openSecond(second);
    const samples = this.samplesOf(second);
    return secondOf({ second, arrivals: samples.lagsUs.length, sent, done, dropped, errors: { ...errors }, inFlight }, samples);
  }

  /** The spans of all jobs that were due in a second, as far as they are known. */
  samplesOf(second: number): SecondSamples {
    const lagsUs: number[] = [];
    const searchResponsesUs: number[] = [];
    const endUs = (second + 1) * microsecondsPerSecond;
    for (let job = this.#firstJobFrom(second * microsecondsPerSecond); job < this.#issued && this.intendedUs(job) < endUs; job += 1) {
      lagsUs.push(this.#invokedUs.get(job) - this.intendedUs(job));
      const succeededUs = this.#succeededUs.get(job);
      if (!Number.isNaN(succeededUs) && this.kindOf(job) === 'search') {
        searchResponsesUs.push(succeededUs - this.intendedUs(job));
      }
    }
    return { lagsUs, searchResponsesUs };
  }

  #windowOf(job: number): Window {
    return this.intendedUs(job) < this.#warmUpUs ? 'warm-up' : 'steady';
  }

  #recordSpans(job: number, nowUs: number, ending: Ending): void {
    const [window, kind] = [this.#windowOf(job), this.kindOf(job)];
    const intendedUs = this.intendedUs(job);
    const invokedUs = this.#invokedUs.get(job);
    const sentUs = this.#sentUs.get(job);
    this.#histograms.record(window, kind, ending, 'response', nowUs - intendedUs);
    this.#histograms.record(window, kind, ending, 'lag', invokedUs - intendedUs);
    if (!Number.isNaN(sentUs)) {
      this.#histograms.record(window, kind, ending, 'service', nowUs - sentUs);
      this.#histograms.record(window, kind, ending, 'client-wait', sentUs - invokedUs);
    }
  }

  #recordStream(job: number, { firstTokenUs, gapsUs }: StreamTimes, ending: Ending): void {
    if (firstTokenUs === undefined) {
      return;
    }
    const [window, kind] = [this.#windowOf(job), this.kindOf(job)];
    this.#histograms.record(window, kind, ending, 'time-to-first-token', firstTokenUs - this.intendedUs(job));
    for (const gapUs of gapsUs) {
      this.#histograms.record(window, kind, ending, 'inter-token-gap', gapUs);
    }
  }

  #secondAt(nowUs: number): OpenSecond {
    return this.#openSecond(Math.floor(nowUs / microsecondsPerSecond));
  }

  #openSecond(second: number): OpenSecond {
    while (this.#seconds.length <= second) {
      this.#seconds.push({ sent: 0, done: 0, dropped: 0, errors: {}, inFlight: 0 });
    }
    return this.#seconds[second] as OpenSecond;
  }

  #firstJobFrom(fromUs: number): number {
    let low = 0;
    let high = this.#jobs.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.intendedUs(middle) < fromUs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

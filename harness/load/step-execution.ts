import { performance } from 'node:perf_hooks';
import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import type { OperationLog } from './operation-log.ts';
import type { GeneratorEvent } from './protocol.ts';
import { jobBytes, type WireRequest, wireRequest } from './request-wire.ts';
import type { StepRecord } from './step-record.ts';
import type { Ticker } from './ticker.ts';
import type { ConnectionFailure, PartialAnswer, Transport, TransportObserver } from './transport.ts';

/** How often deadlines, window limits and seconds are looked at: the most by which a timeout is noticed late. */
const sweepEveryMs = 20;
/** Between everything being ready and the first intended start, so that the first jobs are not late by the start itself. */
const leadMs = 20;
const failedBodyBytes = 2048;
const microsecondsPerSecond = 1_000_000;

/** Outcomes after which the operation has certainly had no effect on the system under test. */
const withoutEffect: ReadonlySet<ErrorClass> = new Set(['http-4xx', 'refused', 'dropped']);

/** 2xx is success; what is neither that nor an error of HTTP (a redirect) is not the answer that was asked for. */
function classOf(status: number): ErrorClass | undefined {
  if (status >= 200 && status < 300) {
    return undefined;
  }
  if (status >= 500) {
    return 'http-5xx';
  }
  return status >= 400 ? 'http-4xx' : 'mismatch';
}

interface ExecutionParts {
  readonly plan: LoadPlan;
  readonly record: StepRecord;
  readonly log: OperationLog;
  readonly onEvent: (event: GeneratorEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * One step in progress. Jobs are fired when they are due whatever became of earlier ones (open loop); a job that finds
 * every connection busy waits, and its response time still counts from its intended start.
 */
export class StepExecution implements TransportObserver {
  readonly #plan: LoadPlan;
  readonly #record: StepRecord;
  readonly #log: OperationLog;
  readonly #onEvent: (event: GeneratorEvent) => void;
  readonly #signal: AbortSignal;
  readonly #wire: WireRequest[];
  readonly #deadlineUs: number;
  readonly #endUs: number;
  /** Jobs [#firstWaiting, #nextJob) that are not settled wait for a connection, in the order of their intended start. */
  #nextJob = 0;
  #firstWaiting = 0;
  /** Every job before this one is settled. */
  #firstOpen = 0;
  #transport: Transport | undefined;
  #epochNs = 0n;
  #loopAtEpoch = performance.eventLoopUtilization();
  #loopUtilisation: number | undefined;
  #secondsEnded = 0;
  #steadyAnnounced = false;
  #steadyEndAnnounced = false;
  #stopped = false;
  readonly #finished = Promise.withResolvers<void>();
  startedAtMs = 0;

  constructor({ plan, record, log, onEvent, signal }: ExecutionParts) {
    this.#plan = plan;
    this.#record = record;
    this.#log = log;
    this.#onEvent = onEvent;
    this.#signal = signal;
    this.#wire = plan.requests.map((request) => wireRequest(request, plan.target));
    this.#deadlineUs = plan.deadlineMs * 1000;
    this.#endUs = (plan.warmUpMs + plan.steadyMs) * 1000;
  }

  /** Seconds of the step, from the epoch to the end of the schedule or of the last job, whichever is later. */
  get secondCount(): number {
    return this.#secondsEnded;
  }

  /** 0–1 from the epoch to the end of the schedule; the idle drain after it does not dilute it. */
  get eventLoopUtilisation(): number {
    return this.#loopUtilisation ?? 0;
  }

  /** Runs the step to its end: every job settled, or stopped by the signal. */
  async run(ticker: Ticker, transport: Transport): Promise<void> {
    this.#transport = transport;
    this.startedAtMs = Date.now() + leadMs;
    this.#epochNs = process.hrtime.bigint() + BigInt(leadMs) * 1_000_000n;
    ticker.start(this.#epochNs);
    this.#loopAtEpoch = performance.eventLoopUtilization();
    this.#onEvent({ event: 'epoch', stepId: this.#plan.stepId, atMs: this.startedAtMs });
    // This timer also keeps the process alive: a pending Atomics.waitAsync does not.
    const sweep = setInterval(() => this.#sweep(), sweepEveryMs);
    const stop = () => this.#stop();
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      if (this.#signal.aborted) {
        this.#stop();
      }
      await Promise.race([this.#finished.promise, ticker.run(() => this.#fireDue()).then(() => this.#finished.promise)]);
    } finally {
      clearInterval(sweep);
      this.#signal.removeEventListener('abort', stop);
    }
    this.#noteLoopUtilisation();
    const planned = this.#stopped ? 0 : Math.ceil(this.#endUs / microsecondsPerSecond);
    while (this.#secondsEnded < Math.max(planned, this.#record.secondsTouched)) {
      this.#endSecond();
    }
    this.#log.flush();
  }

  onAnswered(job: number, status: number, body: Buffer): void {
    const nowUs = this.#nowUs();
    const late = nowUs - this.#record.intendedUs(job) > this.#deadlineUs;
    const error = late ? 'timeout' : classOf(status);
    if (error === undefined) {
      this.#record.settled(job, nowUs);
      this.#log.append({
        type: 'ok',
        id: this.#idOf(job),
        sentUs: this.#record.sentUs(job) ?? nowUs,
        doneUs: nowUs,
        status,
        body: body.toString('utf8'),
      });
    } else {
      this.#fail(job, nowUs, error, { status, body });
    }
    this.#finishWhenDone();
  }

  onFailed(job: number, failure: ConnectionFailure, partial: PartialAnswer): void {
    this.#fail(job, this.#nowUs(), failure, partial);
    this.#finishWhenDone();
  }

  onChange(): void {
    if (this.#transport !== undefined) {
      this.#sendWaiting();
    }
  }

  #nowUs(): number {
    return Math.max(0, Math.floor(Number(process.hrtime.bigint() - this.#epochNs) / 1000));
  }

  #idOf(job: number): string {
    return `${this.#plan.stepId}:${job}`;
  }

  /** Invokes everything that is due and sends what finds a connection; true while jobs of the schedule remain. */
  #fireDue(): boolean {
    if (this.#stopped) {
      return false;
    }
    const elapsedUs = Number(process.hrtime.bigint() - this.#epochNs) / 1000;
    const nowUs = Math.floor(elapsedUs);
    const { offsetsUs } = this.#plan;
    const first = this.#nextJob;
    while (this.#nextJob < offsetsUs.length && (offsetsUs[this.#nextJob] as number) <= elapsedUs) {
      const job = this.#nextJob;
      this.#nextJob += 1;
      this.#record.invoked(job, nowUs);
      const intendedUs = this.#record.intendedUs(job);
      this.#log.append({ type: 'invoke', id: this.#idOf(job), job, kind: this.#record.kindOf(job), intendedUs, invokedUs: nowUs });
    }
    if (this.#nextJob > first) {
      this.#log.flush();
      this.#sendWaiting();
    }
    return this.#nextJob < offsetsUs.length;
  }

  #sendWaiting(): void {
    const transport = this.#transport;
    while (transport !== undefined && this.#firstWaiting < this.#nextJob) {
      const job = this.#firstWaiting;
      if (this.#record.isSettled(job)) {
        this.#firstWaiting += 1;
        continue;
      }
      const remainingUs = this.#record.intendedUs(job) + this.#deadlineUs - this.#nowUs();
      if (remainingUs < 1000) {
        // Less than a millisecond is left, which no header could say: the job is given up unsent.
        this.#firstWaiting += 1;
        this.#fail(job, this.#nowUs(), 'dropped');
        continue;
      }
      const connection = transport.take();
      if (connection === undefined) {
        if (!transport.refusing) {
          break;
        }
        this.#firstWaiting += 1;
        this.#fail(job, this.#nowUs(), 'refused');
        continue;
      }
      this.#firstWaiting += 1;
      const id = this.#idOf(job);
      const request = this.#wire[this.#plan.requestOf[job] as number] as WireRequest;
      const bytes = jobBytes(request, id, Math.floor(remainingUs / 1000));
      this.#record.sent(job, this.#nowUs());
      connection.send(job, id, bytes);
    }
    this.#finishWhenDone();
  }

  #fail(job: number, nowUs: number, error: ErrorClass, partial: PartialAnswer = {}): void {
    this.#record.settled(job, nowUs, error);
    const sentUs = this.#record.sentUs(job);
    this.#log.append({
      type: withoutEffect.has(error) ? 'fail' : 'info',
      id: this.#idOf(job),
      ...(sentUs !== undefined && { sentUs }),
      doneUs: nowUs,
      errorClass: error,
      ...(partial.status !== undefined && { status: partial.status }),
      ...(partial.body !== undefined && partial.body.length > 0 && { body: partial.body.subarray(0, failedBodyBytes).toString('utf8') }),
    });
  }

  #finishWhenDone(): void {
    if (this.#nextJob === this.#plan.offsetsUs.length && this.#record.open === 0 && this.#steadyEndAnnounced) {
      this.#finished.resolve();
    }
  }

  #sweep(): void {
    const nowUs = this.#nowUs();
    this.#announceWindows(nowUs);
    this.#expire(nowUs);
    while ((this.#secondsEnded + 1) * microsecondsPerSecond <= nowUs) {
      this.#endSecond();
    }
    this.#log.flush();
    this.#finishWhenDone();
  }

  /** All deadlines are equally long, so that jobs expire in the order of the schedule. */
  #expire(nowUs: number): void {
    while (this.#firstOpen < this.#nextJob) {
      const job = this.#firstOpen;
      if (!this.#record.isSettled(job)) {
        if (this.#record.intendedUs(job) + this.#deadlineUs > nowUs) {
          return;
        }
        if (this.#record.sentUs(job) === undefined) {
          this.#fail(job, nowUs, 'dropped');
        } else {
          this.#fail(job, nowUs, 'timeout');
          this.#transport?.abandon(job);
        }
      }
      this.#firstOpen += 1;
    }
  }

  #announceWindows(nowUs: number): void {
    const { stepId, warmUpMs } = this.#plan;
    if (!this.#steadyAnnounced && nowUs >= warmUpMs * 1000) {
      this.#steadyAnnounced = true;
      this.#onEvent({ event: 'steady', stepId });
    }
    if (!this.#steadyEndAnnounced && nowUs >= this.#endUs) {
      this.#steadyEndAnnounced = true;
      this.#noteLoopUtilisation();
      this.#onEvent({ event: 'steady-end', stepId });
    }
  }

  #noteLoopUtilisation(): void {
    this.#loopUtilisation ??= performance.eventLoopUtilization(this.#loopAtEpoch).utilization;
  }

  #endSecond(): void {
    const second = this.#secondsEnded;
    this.#secondsEnded += 1;
    this.#record.endSecond(second);
    this.#onEvent({ event: 'second', stepId: this.#plan.stepId, second: this.#record.second(second) });
  }

  #stop(): void {
    if (this.#stopped) {
      return;
    }
    this.#stopped = true;
    const nowUs = this.#nowUs();
    for (let job = this.#firstOpen; job < this.#nextJob; job += 1) {
      if (this.#record.isSettled(job)) {
        continue;
      }
      if (this.#record.sentUs(job) === undefined) {
        this.#fail(job, nowUs, 'dropped');
      } else {
        this.#fail(job, nowUs, 'unfinished');
        this.#transport?.abandon(job);
      }
    }
    this.#finished.resolve();
  }
}

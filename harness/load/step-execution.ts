import { performance } from 'node:perf_hooks';
import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import type { JobSource } from './job-source.ts';
import type { OperationLog } from './operation-log.ts';
import type { Epoch } from './protocol.ts';
import { type WireRequest, wireRequest } from './request-wire.ts';
import { StepHistory } from './step-history.ts';
import type { StepMilestones } from './step-milestones.ts';
import type { StepRecord } from './step-record.ts';
import { StreamReader } from './stream-reader.ts';
import type { Ticker } from './ticker.ts';
import type { ConnectionFailure, PartialAnswer, Transport, TransportObserver } from './transport.ts';

/** How often deadlines, window limits and seconds are looked at: the most by which a timeout is noticed late. */
const sweepEveryMs = 20;

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
  readonly jobs: JobSource;
  readonly record: StepRecord;
  readonly log: OperationLog;
  readonly milestones: StepMilestones;
  readonly signal: AbortSignal;
}

/**
 * One step in progress. Jobs are fired when their source says that they are due; a job that finds every connection busy waits,
 * and its response time still counts from its intended start.
 */
export class StepExecution implements TransportObserver {
  readonly #jobs: JobSource;
  readonly #record: StepRecord;
  readonly #history: StepHistory;
  readonly #milestones: StepMilestones;
  readonly #signal: AbortSignal;
  readonly #wire: WireRequest[];
  readonly #deadlineUs: number;
  /** Jobs from here on that are not settled wait for a connection, in the order of their intended start. */
  #firstWaiting = 0;
  #connectionWaits = 0;
  /** Every job before this one is settled. */
  #firstOpen = 0;
  /** Streamed answers that are under way, by job. */
  readonly #streams = new Map<number, StreamReader>();
  #transport: Transport | undefined;
  #ticker: Ticker | undefined;
  /** The epoch on the clock of `performance`, which is that of `process.hrtime` without a BigInt for each look. */
  #epochMs = 0;
  #stopped = false;
  readonly #finished = Promise.withResolvers<void>();

  constructor({ plan, jobs, record, log, milestones, signal }: ExecutionParts) {
    this.#jobs = jobs;
    this.#record = record;
    this.#history = new StepHistory({ stepId: plan.stepId, jobs, record, log });
    this.#milestones = milestones;
    this.#signal = signal;
    this.#wire = plan.requests.map((request) => wireRequest(request, plan.target, jobs.sessionLength));
    this.#deadlineUs = plan.deadlineMs * 1000;
  }

  /** Jobs that found every connection busy or down when they were fired. */
  get connectionWaits(): number {
    return this.#connectionWaits;
  }

  /** Runs the step to its end: every job settled, or stopped by the signal. */
  async run(ticker: Ticker, transport: Transport, epoch: Epoch): Promise<void> {
    this.#transport = transport;
    this.#ticker = ticker;
    this.#epochMs = performance.now() - Number(process.hrtime.bigint() - epoch.ns) / 1e6;
    ticker.start(epoch.ns);
    this.#milestones.begin(epoch.atMs);
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
    this.#milestones.end(this.#stopped);
    this.#history.flush();
  }

  onAnswered(job: number, status: number, body: Buffer): void {
    const nowUs = this.#nowUs();
    const late = nowUs - this.#record.intendedUs(job) > this.#deadlineUs;
    const stream = this.#streamOf(job);
    const error = late ? 'timeout' : (classOf(status) ?? stream?.failureAtEnd(body));
    if (error === undefined) {
      if (stream !== undefined) {
        this.#streams.delete(job);
      }
      this.#record.settled(job, nowUs, undefined, stream);
      this.#jobs.ended(job, nowUs, undefined);
      this.#history.answered(job, nowUs, { status, body }, stream);
    } else {
      this.#fail(job, nowUs, error, { status, body });
    }
    this.#lookAhead();
  }

  onFailed(job: number, failure: ConnectionFailure, partial: PartialAnswer): void {
    this.#fail(job, this.#nowUs(), this.#streams.get(job)?.failureWhenCut(failure, partial) ?? failure, partial);
    this.#lookAhead();
  }

  onChange(): void {
    if (this.#transport !== undefined) {
      // A user without think time asks again on the connection that has just brought its answer.
      const { count } = this.#jobs;
      this.#fireDue();
      if (this.#jobs.count === count) {
        this.#sendWaiting();
      }
    }
  }

  #elapsedUs(): number {
    return (performance.now() - this.#epochMs) * 1000;
  }

  #nowUs(): number {
    return Math.max(0, Math.floor(this.#elapsedUs()));
  }

  /** Invokes everything that is due and sends what finds a connection; true until the step was stopped. */
  #fireDue(): boolean {
    if (this.#stopped) {
      return false;
    }
    const elapsedUs = this.#elapsedUs();
    const nowUs = Math.floor(elapsedUs);
    const first = this.#jobs.count;
    while (this.#jobs.takeDue(elapsedUs)) {
      const job = this.#jobs.count - 1;
      this.#record.invoked(job, nowUs);
      this.#history.invoked(job, nowUs);
    }
    if (this.#jobs.count > first) {
      this.#history.flush();
      this.#sendWaiting();
      this.#connectionWaits += this.#jobs.count - Math.max(this.#firstWaiting, first);
    }
    return true;
  }

  #sendWaiting(): void {
    const transport = this.#transport;
    while (transport !== undefined && this.#firstWaiting < this.#jobs.count) {
      const job = this.#firstWaiting;
      if (this.#record.isSettled(job)) {
        this.#firstWaiting += 1;
        continue;
      }
      const nowUs = this.#nowUs();
      const remainingUs = this.#record.intendedUs(job) + this.#deadlineUs - nowUs;
      if (remainingUs < 1000) {
        // Less than a millisecond is left, which no header could say: the job is given up unsent.
        this.#firstWaiting += 1;
        this.#fail(job, nowUs, 'dropped');
        continue;
      }
      const connection = transport.take();
      if (connection === undefined) {
        if (!transport.refusing) {
          break;
        }
        this.#firstWaiting += 1;
        this.#fail(job, nowUs, 'refused');
        continue;
      }
      this.#firstWaiting += 1;
      const request = this.#wire[this.#jobs.requestOf(job)] as WireRequest;
      const outgoing = {
        job,
        requestId: this.#history.idOf(job),
        wire: request,
        remainingMs: Math.floor(remainingUs / 1000),
        sessionId: request.sessionAt === undefined ? undefined : this.#jobs.sessionOf(job),
        onPiece: this.#record.kindOf(job) === 'ask-stream' ? this.#pieceReader(job) : undefined,
      };
      this.#record.sent(job, nowUs);
      connection.send(outgoing);
    }
    this.#lookAhead();
  }

  /** Most steps have no stream at all. */
  #streamOf(job: number): StreamReader | undefined {
    return this.#streams.size === 0 ? undefined : this.#streams.get(job);
  }

  #pieceReader(job: number): (piece: Buffer) => void {
    const stream = new StreamReader();
    this.#streams.set(job, stream);
    return (piece) => stream.push(piece, this.#nowUs());
  }

  #fail(job: number, nowUs: number, error: ErrorClass, partial: PartialAnswer = {}): void {
    const stream = this.#streams.get(job);
    this.#streams.delete(job);
    this.#record.settled(job, nowUs, error, stream);
    this.#jobs.ended(job, nowUs, error);
    this.#history.failed(job, nowUs, error, partial, stream);
  }

  /** Called after everything that may have ended a job or made one due. */
  #lookAhead(): void {
    this.#ticker?.wakeAt(this.#jobs.nextDueUs);
    if (this.#milestones.steadyEnded && this.#record.open === 0 && this.#jobs.nextDueUs === Number.POSITIVE_INFINITY) {
      this.#finished.resolve();
    }
  }

  #sweep(): void {
    const nowUs = this.#nowUs();
    this.#expire(nowUs);
    this.#milestones.pass(nowUs);
    this.#history.flush();
    this.#lookAhead();
  }

  /** All deadlines are equally long, so that jobs expire in the order of the schedule. */
  #expire(nowUs: number): void {
    while (this.#firstOpen < this.#jobs.count) {
      const job = this.#firstOpen;
      if (!this.#record.isSettled(job)) {
        if (this.#record.intendedUs(job) + this.#deadlineUs > nowUs) {
          return;
        }
        if (this.#record.sentUs(job) === undefined) {
          this.#fail(job, nowUs, 'dropped');
        } else {
          this.#fail(job, nowUs, this.#streams.get(job)?.failureAtDeadline(nowUs, this.#deadlineUs) ?? 'timeout');
          this.#transport?.abandon(job);
        }
      }
      this.#firstOpen += 1;
    }
  }

  #stop(): void {
    if (this.#stopped) {
      return;
    }
    this.#stopped = true;
    const nowUs = this.#nowUs();
    for (let job = this.#firstOpen; job < this.#jobs.count; job += 1) {
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

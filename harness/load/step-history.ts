import type { ErrorClass, StreamArrival } from '../contract/operation.ts';
import type { JobSource } from './job-source.ts';
import type { OperationLog } from './operation-log.ts';
import type { StepRecord } from './step-record.ts';
import type { StreamReader } from './stream-reader.ts';
import type { PartialAnswer } from './transport.ts';

const failedBodyBytes = 2048;

/** Outcomes after which the operation has certainly had no effect on the system under test. */
const withoutEffect: ReadonlySet<ErrorClass> = new Set(['http-4xx', 'refused', 'dropped']);

/** What the history tells of how a stream came; nothing where it brought no text. */
function arrivalOf({ firstTokenUs, firstEventUs, states, tokens }: StreamReader): { readonly stream?: StreamArrival } {
  return firstTokenUs === undefined
    ? {}
    : { stream: { firstTokenUs, tokens, states: [...states], ...(firstEventUs === undefined ? {} : { firstEventUs }) } };
}

interface HistoryParts {
  readonly stepId: string;
  readonly jobs: JobSource;
  readonly record: StepRecord;
  readonly log: OperationLog;
}

/** The history of one step: each operation as it is invoked and as it ends, of the jobs that the log keeps. Times are µs since the epoch. */
export class StepHistory {
  readonly #stepId: string;
  readonly #jobs: JobSource;
  readonly #record: StepRecord;
  readonly #log: OperationLog;

  constructor({ stepId, jobs, record, log }: HistoryParts) {
    this.#stepId = stepId;
    this.#jobs = jobs;
    this.#record = record;
    this.#log = log;
  }

  /** Unique in the run, and the request id of the job. */
  idOf(job: number): string {
    return `${this.#stepId}:${this.#jobs.jobOf(job)}`;
  }

  invoked(job: number, nowUs: number): void {
    if (this.#isKept(job)) {
      this.#log.append({
        type: 'invoke',
        id: this.idOf(job),
        job: this.#jobs.jobOf(job),
        kind: this.#record.kindOf(job),
        intendedUs: this.#jobs.intendedUs(job),
        invokedUs: nowUs,
      });
    }
  }

  /** Of a streamed answer the last event stands for the body. */
  answered(job: number, nowUs: number, { status, body }: { readonly status: number; readonly body: Buffer }, stream?: StreamReader): void {
    if (this.#isKept(job)) {
      this.#log.append({
        type: 'ok',
        id: this.idOf(job),
        sentUs: this.#record.sentUs(job) ?? nowUs,
        doneUs: nowUs,
        status,
        body: stream === undefined ? body.toString('utf8') : stream.body,
        ...(stream !== undefined && arrivalOf(stream)),
      });
    }
  }

  failed(job: number, nowUs: number, errorClass: ErrorClass, partial: PartialAnswer, stream?: StreamReader): void {
    if (!this.#isKept(job)) {
      return;
    }
    const body = stream === undefined || stream.body === '' ? partial.body : Buffer.from(stream.body);
    const sentUs = this.#record.sentUs(job);
    this.#log.append({
      type: withoutEffect.has(errorClass) ? 'fail' : 'info',
      id: this.idOf(job),
      ...(sentUs !== undefined && { sentUs }),
      doneUs: nowUs,
      errorClass,
      ...(partial.status !== undefined && { status: partial.status }),
      ...(body !== undefined && body.length > 0 && { body: body.subarray(0, failedBodyBytes).toString('utf8') }),
    });
  }

  /** Writes out what was told so far. */
  flush(): void {
    this.#log.flush();
  }

  #isKept(job: number): boolean {
    return this.#log.keeps(this.#jobs.jobOf(job));
  }
}

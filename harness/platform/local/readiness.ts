import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../contract/failure.ts';
import { EndedPart, linesRead } from '../ended-part.ts';
import { getOnce } from '../http-get.ts';
import { describeExit, type LeashedProcess } from './leashed-process.ts';

const defaultLimitMs = 20_000;
const intervalMs = 20;
const probeLimitMs = 2000;

/** One attempt: resolves when the part is ready and rejects with the reason when it is not. */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** Ready when a GET answers 200. */
export function httpProbe(url: string): Probe {
  return async (signal) => {
    const { status, body } = await getOnce(url, signal);
    if (status !== 200) {
      throw new Error(`${status} ${body.slice(0, 300)}`);
    }
  };
}

export interface ReadinessRequest {
  readonly process: LeashedProcess;
  readonly probe: Probe;
  /** What is probed, for the message; such as `GET http://127.0.0.1:4000/ready`. */
  readonly probed: string;
  readonly limitMs?: number;
  readonly hint?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The failure of a part, with the last lines that it wrote. */
export async function partFailure(process: LeashedProcess, code: string, what: string, hint?: string): Promise<EndedPart> {
  const lines = await process.lastLines(linesRead);
  return new EndedPart({
    code,
    what: `${process.id} ${what}`,
    hint: hint ?? `the whole log is ${process.logFile}`,
    part: process.id,
    lines,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/**
 * Probes until the part is ready and answers after how many ms that was. Ends at once when the process exits.
 * @throws Failure `environment` (75) with the part, its last 20 log lines and a hint; `interrupted` (130) by the signal.
 */
export async function waitUntilReady({
  process,
  probe,
  probed,
  hint,
  signal,
  limitMs = defaultLimitMs,
}: ReadinessRequest): Promise<number> {
  const start = performance.now();
  const stop = new AbortController();
  let exit: string | undefined;
  void process.exited.then((ended) => {
    exit = describeExit(ended);
    stop.abort();
  });
  const ended = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  let lastReason = 'no probe had ended';
  while (exit === undefined) {
    if (signal?.aborted === true) {
      const reason: unknown = signal.reason;
      throw reason instanceof Failure
        ? reason
        : new Failure('interrupted', 'start_interrupted', `the start of ${process.id} was interrupted`, { cause: reason });
    }
    const leftMs = limitMs - (performance.now() - start);
    if (leftMs <= 0) {
      throw await partFailure(process, 'part_not_ready', `was not ready within ${limitMs} ms (${probed}: ${lastReason})`, hint);
    }
    try {
      await probe(AbortSignal.any([ended, AbortSignal.timeout(Math.ceil(Math.min(probeLimitMs, leftMs)))]));
      return performance.now() - start;
    } catch (error) {
      lastReason = ended.aborted ? lastReason : reasonOf(error);
    }
    // The interval ends early when the process does; both outcomes are looked at by the loop.
    await delay(intervalMs, undefined, { signal: ended }).catch(() => undefined);
  }
  throw await partFailure(process, 'part_exited', `ended with ${exit} before it was ready`, hint);
}

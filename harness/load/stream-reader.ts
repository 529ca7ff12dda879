import { errorStatus } from '../../system/api/errors.ts';
import { createEventReader, type ServerSentEvent } from '../../system/api/event-stream.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { ConnectionFailure, PartialAnswer } from './transport.ts';

/** A stream that was this long without an event when its deadline passed had stopped, whatever its pace was before. */
const stallUs = 1_000_000;
/** Under short deadlines less will do, but never less than a reader's own pauses. */
const shortestStallUs = 100_000;
/** A good answer has four. */
const mostStates = 8;
const longestName = 32;
const doneMark = '[DONE]';
/** Types of OpenAI's errors that stand for a status of 4xx. */
const clientErrorTypes = new Set([
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'rate_limit_error',
  'rate_limit_exceeded',
  'insufficient_quota',
]);

interface ErrorData {
  readonly error?: { readonly code?: unknown; readonly type?: unknown } | null;
}
interface ChatChunk extends ErrorData {
  readonly choices?: readonly { readonly delta?: { readonly content?: unknown } }[];
}

function statusOf({ error }: ErrorData): number {
  const { code, type } = error ?? {};
  if (typeof code === 'number') {
    return code;
  }
  if (typeof code === 'string' && Object.hasOwn(errorStatus, code)) {
    return errorStatus[code as keyof typeof errorStatus];
  }
  return typeof type === 'string' && clientErrorTypes.has(type) ? 400 : 500;
}

/**
 * Reads one streamed answer as it arrives and notes when its pieces came: the events of `POST /v1/ask`, or the chunks of an OpenAI
 * chat completion, whichever come. A piece is a `generating` event, or a chunk whose delta has content. What cannot be
 * read, or comes after the last event, makes the answer a mismatch.
 */
export class StreamReader {
  readonly #events = createEventReader();
  readonly #gapsUs: number[] = [];
  #begun = false;
  #completed = false;
  #failure: ErrorClass | undefined;
  #body = '';
  #firstEventUs: number | undefined;
  /** Names of events, each once for as long as it repeats. */
  readonly #states: string[] = [];
  #firstTokenUs: number | undefined;
  #lastTokenUs = 0;
  #lastEventUs = 0;

  /** When the first event of any kind arrived, µs since the epoch; undefined before it. */
  get firstEventUs(): number | undefined {
    return this.#firstEventUs;
  }

  /** The names of the events in the order in which they came, without repetitions; at most the first eight. */
  get states(): readonly string[] {
    return this.#states;
  }

  /** When the first piece of the answer arrived, µs since the epoch; undefined before it. */
  get firstTokenUs(): number | undefined {
    return this.#firstTokenUs;
  }

  /** The time between each piece and the one before it, µs; pieces that were read at once are 0 apart. */
  get gapsUs(): readonly number[] {
    return this.#gapsUs;
  }

  get tokens(): number {
    return this.#firstTokenUs === undefined ? 0 : this.#gapsUs.length + 1;
  }

  /** The data of the last event, `completed` or `error`; of a chat completion that of the last chunk. Empty before. */
  get body(): string {
    return this.#completed || this.#failure !== undefined ? this.#body : '';
  }

  /** Takes bytes that arrived at a moment, µs since the epoch. Never throws. */
  push(bytes: Uint8Array, nowUs: number): void {
    this.#begun = true;
    if (this.#failure !== undefined) {
      return;
    }
    for (const event of this.#eventsIn(bytes)) {
      this.#firstEventUs ??= nowUs;
      this.#lastEventUs = nowUs;
      this.#passThrough(event.event.slice(0, longestName));
      this.#take(event, nowUs);
    }
  }

  /** Why an answer that ended with a 2xx status is not a success. `unstreamed` is the body of an answer that was no stream. */
  failureAtEnd(unstreamed: Uint8Array): ErrorClass | undefined {
    if (unstreamed.length > 0) {
      return 'mismatch';
    }
    return this.#failure ?? (this.#completed ? undefined : 'truncated-stream');
  }

  /** What to call an answer whose connection was lost: a stream that had begun was cut off, unless its last event had come. */
  failureWhenCut(failure: ConnectionFailure, { status = 0, body }: PartialAnswer): ErrorClass {
    const begun = this.#begun || (status >= 200 && status < 300 && (body === undefined || body.length === 0));
    if (!begun || this.#completed || failure === 'mismatch') {
      return failure;
    }
    return this.#failure ?? 'truncated-stream';
  }

  /**
   * What to call an answer whose deadline has passed: stalled when pieces had come and then no event for a second, or for a tenth of
   * a deadline below ten seconds, at least 100 ms; a stream that is slow but alive ran into a timeout.
   */
  failureAtDeadline(nowUs: number, deadlineUs: number): ErrorClass {
    if (this.#failure !== undefined) {
      return this.#failure;
    }
    const stalled = nowUs - this.#lastEventUs >= Math.min(stallUs, Math.max(shortestStallUs, deadlineUs / 10));
    return this.tokens > 0 && !this.#completed && stalled ? 'stalled-stream' : 'timeout';
  }

  #passThrough(state: string): void {
    if (this.#states.at(-1) !== state && this.#states.length < mostStates) {
      this.#states.push(state);
    }
  }

  #eventsIn(bytes: Uint8Array): readonly ServerSentEvent[] {
    try {
      return this.#events.push(bytes);
    } catch {
      // The only error that reading knows is an event without an end.
      this.#fail('mismatch', '');
      return [];
    }
  }

  #take({ event, data }: ServerSentEvent, nowUs: number): void {
    if (this.#failure !== undefined) {
      return;
    }
    if (this.#completed) {
      this.#fail('mismatch', data);
      return;
    }
    switch (event) {
      case 'generating':
        this.#takePiece(data, nowUs);
        break;
      case 'completed':
        this.#completed = true;
        this.#body = data;
        break;
      case 'error':
        this.#takeError(parsed(data), data);
        break;
      case 'message':
        this.#takeChunk(data, nowUs);
        break;
      default:
        // The stages before the answer, and whatever later versions may add.
        break;
    }
  }

  #takePiece(data: string, nowUs: number): void {
    const piece = parsed(data) as { readonly text?: unknown } | undefined;
    if (typeof piece?.text === 'string' && piece.text !== '') {
      this.#token(nowUs);
    } else {
      this.#fail('mismatch', data);
    }
  }

  #takeChunk(data: string, nowUs: number): void {
    if (data === doneMark) {
      this.#completed = true;
      return;
    }
    const chunk = parsed(data) as ChatChunk | undefined;
    if (chunk === undefined || (chunk.error !== undefined && chunk.error !== null)) {
      this.#takeError(chunk, data);
      return;
    }
    this.#body = data;
    const content = chunk.choices?.[0]?.delta?.content;
    if (typeof content === 'string' && content !== '') {
      this.#token(nowUs);
    }
  }

  #takeError(error: ErrorData | undefined, data: string): void {
    if (error === undefined) {
      this.#fail('mismatch', data);
    } else {
      this.#fail(statusOf(error) >= 500 ? 'http-5xx' : 'http-4xx', data);
    }
  }

  #token(nowUs: number): void {
    if (this.#firstTokenUs === undefined) {
      this.#firstTokenUs = nowUs;
    } else {
      this.#gapsUs.push(nowUs - this.#lastTokenUs);
    }
    this.#lastTokenUs = nowUs;
  }

  #fail(failure: ErrorClass, data: string): void {
    this.#failure = failure;
    this.#body = data;
  }
}

/** The JSON object in the data of an event, or undefined where there is none. */
function parsed(data: string): object | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

import { Failure } from '../contract/failure.ts';
import type { TraceCollector } from '../simulation/cache-replay/trace-collector.ts';

/** Where a decoder puts what it reads. */
export type TraceSink = Pick<TraceCollector, 'begin' | 'addText' | 'addBits'>;

/** Takes a file piece by piece; a request is passed on as soon as it is whole. */
export interface TraceDecoder {
  push(chunk: Buffer): void;
  /** Throws `Failure` where the file ends within a request. */
  end(): void;
}

export interface TraceSource {
  /** As the user named it, for messages. */
  readonly file: string;
  /** Keys for a trace that has none of its own; absent where none were asked for. */
  readonly drawKey: (() => string) | undefined;
}

/** One way to write a trace down. To add one: a file in `formats/`, its id in `formats/index.ts`. */
export interface TraceFormat {
  readonly title: string;
  /** Whether the trace says which key was asked; otherwise `drawKey` is needed. */
  readonly hasKeys: boolean;
  open(source: TraceSource, sink: TraceSink): TraceDecoder;
}

/** A line or record that cannot be read (exit 78); `position` is such as `line 12` or `offset 240`. */
export function malformed(file: string, position: string, message: string, hint?: string): Failure {
  return new Failure('configuration', 'invalid_trace', `${file}, ${position}: ${message}`, hint === undefined ? {} : { hint });
}

/** Refuses a request that is older than the one before it (exit 78). */
export function outOfOrder(file: string, position: string, time: number | string, before: number | string): Failure {
  return new Failure('configuration', 'trace_out_of_order', `${file}, ${position}: time ${time} after time ${before}`, {
    hint: 'a replay needs requests in the order in which they came: sort the trace by time',
  });
}

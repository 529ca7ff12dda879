import type { Socket } from 'node:net';
import { eventStreamType } from '../../system/api/event-stream.ts';
import type { OutgoingRequest, PartialAnswer } from './transport.ts';

/** A whole final response. */
export interface Answer {
  readonly status: number;
  /** Without what was handed on in pieces. */
  readonly body: Buffer;
  /** False when nothing more may be asked on this connection. */
  readonly reusable: boolean;
  /** Value of a header by its lower-case name. */
  header(name: string): string | undefined;
}

/** Whether an answer is a stream, whose body is handed on as it arrives. */
export function isEventStream(status: number, contentType: string | undefined): boolean {
  return status >= 200 && status < 300 && contentType?.toLowerCase().startsWith(eventStreamType) === true;
}

/** Told by an engine about the socket that it was attached to last, and about no other. */
export interface EngineListener {
  /** The answer to the request in flight has ended. Never from within `send`. */
  onAnswer(answer: Answer): void;
  /** What arrived is no answer to the request in flight, or nothing was asked. */
  onMalformed(): void;
  /** The peer has ended its side, and what was read until then is not a whole answer. */
  onEnd(): void;
}

/**
 * Speaks HTTP on the sockets of one connection, one after the other: writes requests and reads their answers. When a connection is
 * opened, lost or given up is not its business.
 */
export interface HttpEngine {
  /** A new socket, which is still connecting, takes the place of the one before. */
  attach(socket: Socket, listener: EngineListener): void;
  /** The socket is connected. */
  connected(socket: Socket): void;
  send(request: OutgoingRequest): void;
  /** What has arrived of an answer that is not complete. */
  partial(): PartialAnswer;
  /** The socket was given up: nothing more is told of it. */
  detach(): void;
  /** The connection is not used again. */
  close(): void;
}

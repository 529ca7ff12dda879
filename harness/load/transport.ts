import type { ErrorClass } from '../contract/operation.ts';
import type { LoadPlan } from '../contract/plan.ts';
import type { WireRequest } from './request-wire.ts';

export type Target = LoadPlan['target'];

/** How a request can end on the wire without a whole, well-formed answer to it. */
export type ConnectionFailure = Extract<ErrorClass, 'closed' | 'reset' | 'mismatch'>;

/** What had arrived when a request failed on the wire. */
export interface PartialAnswer {
  readonly status?: number;
  readonly body?: Buffer;
}

/** Told by a transport what became of the requests; each sent job is reported exactly once unless it was abandoned. */
export interface TransportObserver {
  /** The whole answer has arrived; called at its last byte. The body lacks what was handed on in pieces. */
  onAnswered(job: number, status: number, body: Buffer): void;
  onFailed(job: number, failure: ConnectionFailure, partial: PartialAnswer): void;
  /** A connection became free, or every connection became unreachable: waiting jobs may be looked at again. */
  onChange(): void;
}

/** One request as it is to be sent now. */
export interface OutgoingRequest {
  readonly job: number;
  /** Must come back in the answer where the server echoes one. */
  readonly requestId: string;
  readonly wire: WireRequest;
  /** Whole milliseconds that are left to answer it. */
  readonly remainingMs: number;
  /** Goes into the body where the request belongs to a conversation. */
  readonly sessionId?: string | undefined;
  /**
   * Takes the body of a successful answer of server-sent events piece by piece, each as soon as it has been read, before
   * `onAnswered`; of any other answer the body stays whole. Must not throw.
   */
  readonly onPiece?: ((piece: Buffer) => void) | undefined;
}

/** A free connection that was taken out of the pool for one request. */
export interface Connection {
  /** Writes the whole request now. */
  send(request: OutgoingRequest): void;
}

/** A pool of HTTP/1.1 connections to one target, one request at a time on each: nothing waits behind another answer. */
export interface Transport {
  /** Library and version, for the observation. */
  readonly name: string;
  /** Connections established so far, reconnections included. */
  readonly connectionsOpened: number;
  /** Connection attempts so far, refused ones included. */
  readonly connectionAttempts: number;
  /** True while no connection is open because every last attempt was refused: a job that is due is refused as well. */
  readonly refusing: boolean;
  /** Takes a free connection out of the pool, or undefined when all are busy or down. */
  take(): Connection | undefined;
  /** Gives up an in-flight job: its connection is reset and nothing more is reported about it. */
  abandon(job: number): void;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly target: Target;
  readonly connections: number;
  /** After each piece of a streamed answer its connection is not read for this long. */
  readonly readPauseMs?: number | undefined;
  readonly observer: TransportObserver;
}

/** Opens the pool and resolves when the first attempt of every connection has succeeded or failed. */
export type OpenTransport = (options: TransportOptions) => Promise<Transport>;

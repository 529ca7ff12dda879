import net, { type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { headers } from '../../system/api/headers.ts';
import type { Answer, EngineListener, HttpEngine } from './http-engine.ts';
import type { Connection, ConnectionFailure, OutgoingRequest, PartialAnswer, Target } from './transport.ts';

const firstBackOffMs = 10;
const longestBackOffMs = 250;
/** The kernel repeats an unanswered SYN after a second; a fresh attempt is no slower and cannot be put off further. */
const connectTimeoutMs = 1000;
/** A connection that lived this long was not refused in disguise. */
const settledAfterMs = 1000;
/** A server closes an idle connection at its keep-alive timeout; one that is this close to it is replaced, not used. */
const keepAliveMarginMs = 1000;

export type ConnectionState = 'connecting' | 'idle' | 'busy' | 'down' | 'refused' | 'closed';

/** Told by a connection, never from within a call to it except where a socket event arrives. */
export interface ConnectionOwner {
  onAttempt(): void;
  onOpened(): void;
  /** The state is another one now. */
  onState(connection: PooledConnection, before: ConnectionState): void;
  onAnswered(job: number, status: number, body: Buffer): void;
  onFailed(job: number, failure: ConnectionFailure, partial: PartialAnswer): void;
}

const refusals = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
const resets = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/**
 * One connection of a pool: opens its socket, again when it is lost, and decides what may still be believed of it, while an engine
 * writes and reads on it. At most one request is in flight, so that an answer can only belong to it.
 */
export class PooledConnection implements Connection, EngineListener {
  readonly #engine: HttpEngine;
  readonly #target: Target;
  readonly #owner: ConnectionOwner;
  #state: ConnectionState = 'connecting';
  #inFlight: { readonly job: number; readonly requestId: string } | undefined;
  #failures = 0;
  #openedAtMs: number | undefined;
  #idleSinceMs = 0;
  /** As the server's first answer on this connection announced it; undefined before it. */
  #keepAliveMs: number | undefined;
  #socket: Socket | undefined;
  #backOff: NodeJS.Timeout | undefined;
  #connectTimeout: NodeJS.Timeout | undefined;

  constructor(engine: HttpEngine, target: Target, owner: ConnectionOwner) {
    this.#engine = engine;
    this.#target = target;
    this.#owner = owner;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get job(): number | undefined {
    return this.#inFlight?.job;
  }

  /** True when the server may be about to close this idle connection. */
  get nearsKeepAliveTimeout(): boolean {
    // Most servers announce none, and then the clock need not be asked.
    const keepAliveMs = this.#keepAliveMs ?? Number.POSITIVE_INFINITY;
    return keepAliveMs !== Number.POSITIVE_INFINITY && performance.now() - this.#idleSinceMs > keepAliveMs - keepAliveMarginMs;
  }

  /** Attempts to connect now. */
  connect(): void {
    if (this.#state === 'closed') {
      return;
    }
    clearTimeout(this.#backOff);
    this.#backOff = undefined;
    this.#keepAliveMs = undefined;
    const socket = net.connect({ host: this.#target.host, port: this.#target.port, noDelay: true });
    this.#socket = socket;
    this.#owner.onAttempt();
    this.#connectTimeout = setTimeout(() => this.#lost(socket, 'ETIMEDOUT'), connectTimeoutMs);
    // The engine listens first: what it makes of the last bytes comes before the connection is given up.
    this.#engine.attach(socket, this);
    socket.on('connect', () => this.#opened(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#lost(socket, error.code ?? error.message));
    socket.on('close', () => this.#lost(socket, undefined));
    // An attempt after a refusal stays a refusal until it succeeds, so that jobs due meanwhile need not wait for it.
    if (this.#state !== 'refused') {
      this.#enter('connecting');
    }
  }

  /**
   * Cuts the back-off after a refusal short: another connection has found the target listening. After a loss it says nothing, for
   * a target that hangs up on everyone listens too.
   */
  hurry(): void {
    if (this.#backOff !== undefined && this.#state === 'refused') {
      this.connect();
    }
  }

  /** Marks the connection as taken; `send` follows at once. */
  take(): void {
    this.#enter('busy');
  }

  send(request: OutgoingRequest): void {
    this.#inFlight = { job: request.job, requestId: request.requestId };
    this.#engine.send(request);
  }

  /** Gives up the connection and whatever is in flight on it without reporting it, then opens it anew. */
  renew(): void {
    // A reset tells the server at once that nobody waits for the answer any more.
    const reset = this.#inFlight !== undefined;
    this.#inFlight = undefined;
    this.#discard(reset);
    this.#reconnectLater();
  }

  close(): void {
    this.#inFlight = undefined;
    this.#discard();
    clearTimeout(this.#backOff);
    this.#enter('closed');
    this.#engine.close();
  }

  onAnswer(answer: Answer): void {
    const { job, requestId } = this.#inFlight as { job: number; requestId: string };
    this.#inFlight = undefined;
    this.#failures = 0;
    const { status, body, reusable } = answer;
    const echoed = answer.header(headers.requestId);
    if (echoed !== undefined && echoed !== requestId) {
      // An answer to another request: nothing on this connection can be trusted any more.
      this.#discard();
      this.#owner.onFailed(job, 'mismatch', { status, body });
      this.#reconnectLater();
      return;
    }
    if (!reusable) {
      this.#discard();
    }
    this.#owner.onAnswered(job, status, body);
    if (reusable) {
      this.#noteKeepAlive(answer);
      this.#idleSinceMs = performance.now();
      this.#enter('idle');
    } else {
      this.#reconnectLater();
    }
  }

  onMalformed(): void {
    if (this.#inFlight === undefined) {
      // Nothing was asked on this connection: whatever this is, it must not be taken for the answer to the next request.
      this.renew();
    } else {
      this.#failed('mismatch');
    }
  }

  onEnd(): void {
    if (this.#socket !== undefined) {
      this.#lost(this.#socket, undefined);
    }
  }

  #enter(state: ConnectionState): void {
    const before = this.#state;
    this.#state = state;
    this.#owner.onState(this, before);
  }

  #opened(socket: Socket): void {
    if (socket !== this.#socket) {
      return;
    }
    clearTimeout(this.#connectTimeout);
    if (socket.localPort === this.#target.port) {
      // While nobody listens on it, the kernel may choose the target's port for our own end and connect us to ourselves.
      this.#lost(socket, 'ECONNREFUSED');
      return;
    }
    this.#engine.connected(socket);
    this.#openedAtMs = performance.now();
    this.#idleSinceMs = this.#openedAtMs;
    this.#owner.onOpened();
    this.#enter('idle');
  }

  #noteKeepAlive(answer: Answer): void {
    if (this.#keepAliveMs === undefined) {
      const seconds = /timeout=(\d+)/.exec(answer.header('keep-alive') ?? '')?.[1];
      this.#keepAliveMs = seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
    }
  }

  #failed(failure: ConnectionFailure): void {
    const inFlight = this.#inFlight;
    const partial = this.#engine.partial();
    this.#inFlight = undefined;
    this.#discard();
    if (inFlight !== undefined) {
      this.#owner.onFailed(inFlight.job, failure, partial);
    }
    this.#reconnectLater();
  }

  #lost(socket: Socket, code: string | undefined): void {
    if (socket !== this.#socket) {
      return;
    }
    if (this.#state === 'connecting' || this.#state === 'refused') {
      this.#discard();
      this.#reconnectLater(code !== undefined && refusals.has(code));
      return;
    }
    this.#failed(code !== undefined && resets.has(code) ? 'reset' : 'closed');
  }

  /** Drops the socket; its later events concern nobody, so that the next one starts clean. */
  #discard(reset = false): void {
    clearTimeout(this.#connectTimeout);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) {
      return;
    }
    this.#engine.detach();
    if (reset && !socket.connecting && !socket.destroyed) {
      socket.resetAndDestroy();
    } else {
      socket.destroy();
    }
  }

  /**
   * The first reconnection is immediate; further ones without an answer or a second of life in between wait 10 ms to
   * 250 ms: a dead or rejecting port must not become a busy loop.
   */
  #reconnectLater(refused = false): void {
    if (this.#openedAtMs !== undefined && performance.now() - this.#openedAtMs > settledAfterMs) {
      this.#failures = 0;
    }
    this.#openedAtMs = undefined;
    const attempt = this.#failures;
    this.#failures += 1;
    this.#enter(refused ? 'refused' : 'down');
    if (attempt === 0 && !refused) {
      this.connect();
    } else {
      this.#backOff = setTimeout(() => this.connect(), Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.max(0, attempt - 1)));
    }
  }
}

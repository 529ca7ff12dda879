import type { HttpEngine } from './http-engine.ts';
import { type ConnectionOwner, type ConnectionState, PooledConnection } from './pooled-connection.ts';
import type { Connection, ConnectionFailure, PartialAnswer, Target, Transport, TransportObserver, TransportOptions } from './transport.ts';

/** Connections to one target, whatever engine speaks on them. */
export class ConnectionPool implements Transport, ConnectionOwner {
  readonly name: string;
  /** Resolves when the first attempt of every connection has succeeded or failed. */
  readonly ready: Promise<void>;
  readonly #target: Target;
  readonly #observer: TransportObserver;
  readonly #connections: PooledConnection[] = [];
  /** The most recently used is taken first, so that rarely needed connections rest instead of all being half warm. */
  readonly #idle: PooledConnection[] = [];
  readonly #unsettled = new Set<PooledConnection>();
  readonly #readiness = Promise.withResolvers<void>();
  #refused = 0;
  #opened = 0;
  #attempts = 0;

  constructor(name: string, { target, observer }: TransportOptions) {
    this.name = name;
    this.#target = target;
    this.#observer = observer;
    this.ready = this.#readiness.promise;
  }

  get connectionsOpened(): number {
    return this.#opened;
  }

  get connectionAttempts(): number {
    return this.#attempts;
  }

  get refusing(): boolean {
    return this.#refused === this.#connections.length;
  }

  /** Adds a connection, which is still to be told to connect. All are added before the first connects. */
  add(engine: HttpEngine): PooledConnection {
    const connection = new PooledConnection(engine, this.#target, this);
    this.#connections.push(connection);
    this.#unsettled.add(connection);
    return connection;
  }

  take(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (!connection.nearsKeepAliveTimeout) {
        connection.take();
        return connection;
      }
      connection.renew();
    }
    return undefined;
  }

  abandon(job: number): void {
    this.#connections.find((connection) => connection.job === job)?.renew();
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) {
      connection.close();
    }
  }

  onAttempt(): void {
    this.#attempts += 1;
  }

  onOpened(): void {
    this.#opened += 1;
  }

  onAnswered(job: number, status: number, body: Buffer): void {
    this.#observer.onAnswered(job, status, body);
  }

  onFailed(job: number, failure: ConnectionFailure, partial: PartialAnswer): void {
    this.#observer.onFailed(job, failure, partial);
  }

  onState(connection: PooledConnection, before: ConnectionState): void {
    const { state } = connection;
    this.#refused += Number(state === 'refused') - Number(before === 'refused');
    if (before === 'idle' && state !== 'busy' && this.#idle.includes(connection)) {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
    }
    if (this.#unsettled.size > 0 && state !== 'connecting' && this.#unsettled.delete(connection) && this.#unsettled.size === 0) {
      this.#readiness.resolve();
    }
    if (state === 'idle') {
      this.#idle.push(connection);
      if (before !== 'busy') {
        for (const other of this.#connections) {
          other.hurry();
        }
      }
      this.#observer.onChange();
    } else if (before !== 'refused' && state === 'refused' && this.refusing) {
      this.#observer.onChange();
    }
  }
}

import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import type { AutocannonClient } from './autocannon-client.ts';
import { AutocannonConnection, type ConnectionOwner, type ConnectionState } from './autocannon-connection.ts';
import type { Connection, ConnectionFailure, OpenTransport, PartialAnswer, Target, Transport, TransportObserver } from './transport.ts';

const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };

/** Longer than any step: autocannon's own clocks must never end a connection or a run. */
const neverSeconds = 1_000_000;
/** autocannon notices the end of its clients at its next sample only. */
const sampleMs = 100;

class AutocannonTransport implements Transport, ConnectionOwner {
  readonly name = `autocannon ${version}`;
  readonly ready: Promise<void>;
  readonly #observer: TransportObserver;
  readonly #connections: AutocannonConnection[] = [];
  /** The most recently used is taken first, so that rarely needed connections rest instead of all being half warm. */
  readonly #idle: AutocannonConnection[] = [];
  readonly #ended: PromiseLike<unknown>;
  readonly #unsettled: Set<AutocannonConnection>;
  readonly #readiness = Promise.withResolvers<void>();
  #refused = 0;
  #opened = 0;
  #attempts = 0;

  constructor(target: Target, connections: number, observer: TransportObserver) {
    this.#observer = observer;
    this.ready = this.#readiness.promise;
    this.#unsettled = new Set();
    const options: autocannon.Options & { sampleInt: number; skipAggregateResult: boolean } = {
      url: `http://${target.host}:${target.port}`,
      connections,
      duration: neverSeconds,
      timeout: neverSeconds,
      sampleInt: sampleMs,
      skipAggregateResult: true,
      setupClient: (client) => {
        const connection = new AutocannonConnection(client as unknown as AutocannonClient, target, this);
        this.#connections.push(connection);
        this.#unsettled.add(connection);
      },
    };
    this.#ended = autocannon(options);
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
    await this.#ended;
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

  onState(connection: AutocannonConnection, before: ConnectionState): void {
    const { state } = connection;
    this.#refused += Number(state === 'refused') - Number(before === 'refused');
    if (before === 'idle' && state !== 'busy' && this.#idle.includes(connection)) {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
    }
    if (state !== 'connecting' && this.#unsettled.delete(connection) && this.#unsettled.size === 0) {
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

/** Opens autocannon 9.0.0 clients as a pool of connections. Rejects when autocannon refuses its options. */
export const openAutocannonTransport: OpenTransport = async (target, connections, observer) => {
  const transport = new AutocannonTransport(target, connections, observer);
  await transport.ready;
  return transport;
};

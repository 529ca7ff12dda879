import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import type { AutocannonClient } from './autocannon-client.ts';
import { AutocannonEngine } from './autocannon-engine.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { OpenTransport, TransportOptions } from './transport.ts';

const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };

/** Longer than any step: autocannon's own clocks must never end a connection or a run. */
const neverSeconds = 1_000_000;
/** autocannon notices the end of its clients at its next sample only. */
const sampleMs = 100;

/**
 * A run of autocannon whose clients' `_connect` and `_doRequest` are ours: autocannon holds the connections and parses, the schedule
 * decides when something is sent.
 */
class AutocannonTransport extends ConnectionPool {
  readonly #ended: PromiseLike<unknown>;

  constructor(options: TransportOptions) {
    super(`autocannon ${version}`, options);
    const { target, connections, readPauseMs } = options;
    const own: autocannon.Options & { sampleInt: number; skipAggregateResult: boolean } = {
      url: `http://${target.host}:${target.port}`,
      connections,
      duration: neverSeconds,
      timeout: neverSeconds,
      sampleInt: sampleMs,
      skipAggregateResult: true,
      // Called before autocannon sets its parser callbacks, after which it calls `_connect` once.
      setupClient: (made) => {
        const client = made as unknown as AutocannonClient;
        const connection = this.add(new AutocannonEngine(client, readPauseMs));
        client._doRequest = () => {};
        client._connect = () => connection.connect();
      },
    };
    this.#ended = autocannon(own);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#ended;
  }
}

/** Opens autocannon 9.0.0 clients as a pool of connections. Rejects when autocannon refuses its options. */
export const openAutocannonTransport: OpenTransport = async (options) => {
  const transport = new AutocannonTransport(options);
  await transport.ready;
  return transport;
};

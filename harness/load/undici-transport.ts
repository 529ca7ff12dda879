import { createRequire } from 'node:module';
import { ConnectionPool } from './connection-pool.ts';
import type { OpenTransport } from './transport.ts';
import { UndiciEngine } from './undici-engine.ts';

const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string };

/** Opens undici clients as a pool of connections, one request at a time on each. */
export const openUndiciTransport: OpenTransport = async (options) => {
  const { target, connections, readPauseMs } = options;
  const pool = new ConnectionPool(`undici ${version}`, options);
  const origin = `http://${target.host}:${target.port}`;
  const made = Array.from({ length: connections }, () => pool.add(new UndiciEngine(origin, readPauseMs)));
  for (const connection of made) {
    connection.connect();
  }
  await pool.ready;
  return pool;
};

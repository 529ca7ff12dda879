import type { Component } from '../contract/result.ts';

const connectLimitMs = 2000;

type CacheEngine = Pick<Component, 'engine' | 'version' | 'embedded'>;

/** The engine behind the lines of `INFO server`. Ours is never presented as Redis, and neither is what descends from it. */
export function cacheEngineOf(info: string): CacheEngine {
  const fields = new Map(info.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  const version = (name: string) => fields.get(name) ?? 'unknown';
  switch (fields.get('server_name')) {
    case 'rag-testbed-cache-node':
      return { engine: 'embedded cache node', version: version('rag_testbed_version'), embedded: true };
    case 'valkey':
      return { engine: 'Valkey', version: version('valkey_version'), embedded: false };
    default:
      return { engine: 'Redis', version: version('redis_version'), embedded: false };
  }
}

/** Asks a cache what it is, by a client of its own. Rejects when it does not answer. */
export async function askCacheEngine(url: string): Promise<CacheEngine> {
  // Loaded only where a topology has a cache: it takes a quarter of a second.
  const { createClient } = await import('redis');
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: connectLimitMs, socketTimeout: connectLimitMs } });
  // The rejection tells the same.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return cacheEngineOf(await client.info('server'));
  } finally {
    client.destroy();
  }
}

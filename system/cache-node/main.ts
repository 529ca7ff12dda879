import { getHeapStatistics } from 'node:v8';
import { cacheNodeEnvironmentSchema } from '../api/environment.ts';
import { randomStream } from '../policies/random-stream.ts';
import { runProcess } from '../runtime/process.ts';
import { Keyspace } from './keyspace/keyspace.ts';
import { serveCache } from './server.ts';
import { identity } from './version.ts';

/** Part of the heap that the entries may take; the rest is for requests and replies under way. */
const heapShare = 0.75;
const evictionSeed = 1;

/**
 * The embedded cache node: the part of Redis that the system uses, over Redis' own protocol. Keeps everything in memory and
 * nothing on disk, as a cache may.
 */
await runProcess('cache-node', cacheNodeEnvironmentSchema, async ({ settings, logger, onClose }) => {
  const heapBytes = getHeapStatistics().heap_size_limit;
  if (settings.MAXMEMORY > heapBytes * heapShare) {
    throw new RangeError(
      `MAXMEMORY is ${settings.MAXMEMORY} bytes, the heap of this Node holds ${Math.floor(heapBytes * heapShare)}: ` +
        'take less, or raise it by NODE_OPTIONS=--max-old-space-size',
    );
  }
  const keyspace = new Keyspace({
    maximumBytes: settings.MAXMEMORY,
    policy: settings.MAXMEMORY_POLICY,
    random: randomStream(evictionSeed, 'eviction'),
    nowMs: Date.now,
  });
  const server = await serveCache(
    // An empty password is none, as in Redis.
    { keyspace, password: settings.REQUIREPASS || undefined, maximumConnections: settings.MAXCLIENTS, logger },
    settings.HOST,
    settings.PORT,
  );
  onClose(() => server.close());
  logger.info({ ...identity, port: server.port, ...keyspace.settings }, 'cache-node listens');
});

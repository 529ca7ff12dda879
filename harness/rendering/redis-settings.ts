import type { Topology } from '../contract/topology.ts';
import { cacheMemoryMiB } from './quotas.ts';

/**
 * A cache: bounded, the least recently used entry makes room, and nothing on disk, since what was lost is made again. The same
 * on every platform. In the form of lines of `redis.conf`.
 */
export function redisSettings(topology: Topology): Readonly<Record<string, string>> {
  return {
    maxmemory: `${cacheMemoryMiB(topology)}mb`,
    'maxmemory-policy': 'allkeys-lru',
    save: '""',
    appendonly: 'no',
  };
}

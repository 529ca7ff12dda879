import { RedisContainer } from '@testcontainers/redis';
import { confined } from './confined.ts';

/** testcontainers' own module under a quota. Topologies include it once a tier keeps sessions or caches in it. */
export class RedisCacheContainer extends confined(RedisContainer) {}

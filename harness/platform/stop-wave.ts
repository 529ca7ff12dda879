import type { Tier } from '../contract/topology.ts';

/** Those that call are ended before those that are called, so that no request meets a closed door. */
export const stopWave: Record<Tier, number> = { gateway: 0, query: 1, redis: 2, indexer: 1, provider: 2, vector: 2, postgres: 2 };

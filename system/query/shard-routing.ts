import type { Logger } from 'pino';
import { type CentroidsRow, placementChannel, selectCentroids } from '../api/placement.ts';
import type { Centroids, ShardingPolicy, ShardRouting } from '../policies/sharding/policy.ts';
import { listenTo } from '../runtime/postgres-listener.ts';

export interface FollowedRouting {
  readonly routing: ShardRouting;
  readonly ended: Promise<void>;
}

interface RoutingOptions {
  readonly policy: ShardingPolicy;
  readonly connectionString: string;
  readonly collection: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const rereadMs = 5_000;

/**
 * Where searches go. Only semantic placement has to be told: it learns the centroids from the indexer's database, and
 * asks every shard until it has them, which is slower and never less complete.
 */
export function followRouting({ policy, connectionString, collection, logger, signal }: RoutingOptions): FollowedRouting {
  if (policy.placedBy !== 'vector') {
    return { routing: policy, ended: Promise.resolve() };
  }
  let current = policy.routing(undefined);
  let known: Centroids | undefined;
  const { ended } = listenTo({
    connectionString,
    channel: placementChannel,
    rereadMs,
    logger,
    signal,
    refresh: async (client) => {
      // They never change once they are there.
      if (known === undefined) {
        const { rows } = await client.query<CentroidsRow>(selectCentroids, [collection]);
        known = rows[0]?.centroids;
        current = policy.routing(known);
      }
    },
  });
  return { routing: { shardsToAsk: (queryVector) => current.shardsToAsk(queryVector) }, ended };
}

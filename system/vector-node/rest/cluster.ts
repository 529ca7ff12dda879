import type { Express } from 'express';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { badRequest, FormatError, VectorNodeError } from '../errors.ts';
import { isObject } from '../points/payload-path.ts';
import { ShardRing } from '../points/shard-ring.ts';
import { answering } from './answer.ts';
import { readBodyOf } from './body.ts';
import { collectionName } from './parameters.ts';

/** Changes of a cluster by the member that names them. */
const operations = [
  'move_shard',
  'replicate_shard',
  'abort_transfer',
  'drop_replica',
  'create_sharding_key',
  'drop_sharding_key',
  'restart_transfer',
  'start_resharding',
  'commit_read_hash_ring',
  'commit_write_hash_ring',
  'finish_resharding',
  'finish_migrating_points',
  'abort_resharding',
  'replicate_points',
];

const disabled = () => badRequest('Distributed mode disabled');

function checkOperation(body: unknown): void {
  if (!isObject(body) || !operations.some((name) => isObject(body[name]))) {
    throw new FormatError('data did not match any variant of untagged enum ClusterOperations');
  }
}

/** The shards that a collection was created with. They are one in this node; its points are counted where the engine would put them. */
function shardsOf({ segment, config }: Collection) {
  const shardCount = Number(config.params.shard_number);
  const counts = Array.from({ length: shardCount }, () => 0);
  if (shardCount === 1) {
    counts[0] = segment.pointCount;
  } else {
    const ring = new ShardRing(shardCount);
    for (const row of segment.liveRows()) {
      const shard = ring.shardOf(segment.idOf(row));
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
  }
  return counts.map((count, shard) => ({ shard_id: shard, points_count: count, state: 'Active' }));
}

/** The routes of clusters as a node answers them that is in none. */
export function mountCluster(app: Express, catalogue: Catalogue, peerId: number): void {
  app.get(
    '/cluster',
    answering(() => ({ status: 'disabled' })),
  );
  app.get(
    '/collections/:collection/cluster',
    answering((request) => {
      const shards = shardsOf(catalogue.get(collectionName(request)));
      return { peer_id: peerId, shard_count: shards.length, local_shards: shards, remote_shards: [], shard_transfers: [] };
    }),
  );
  app.post(
    '/collections/:collection/cluster',
    answering((request) => {
      collectionName(request);
      readBodyOf(request, 'without positions', checkOperation);
      throw disabled();
    }),
  );
  app.get(
    '/collections/:collection/shards',
    answering((request) => {
      catalogue.get(collectionName(request));
      return {};
    }),
  );
  const refuse = answering(() => {
    throw disabled();
  });
  app.put('/collections/:collection/shards', refuse);
  app.post('/collections/:collection/shards/delete', refuse);
  app.post(
    '/cluster/recover',
    answering(() => {
      throw new VectorNodeError(500, 'Service internal error: Qdrant is running in standalone mode');
    }),
  );
  app.get(
    '/cluster/telemetry',
    answering(() => {
      throw new VectorNodeError(500, 'Service internal error: Could not get telemetry from cluster');
    }),
  );
  app.delete('/cluster/peer/:peer', (request, response) => {
    const { peer } = request.params;
    if (/^\d{1,20}$/.test(peer) && BigInt(peer) < 2n ** 64n) {
      throw badRequest('Distributed mode disabled.');
    }
    response.statusCode = 404;
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`can not parse ${JSON.stringify(peer)} to a u64`);
  });
}

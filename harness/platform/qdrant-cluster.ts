import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { getOnce } from './http-get.ts';

const lookEveryMs = 100;
const answerLimitMs = 2000;
/** A leader is there within about four seconds; each further peer takes less. */
const consensusLimitMs = 30_000;
const activeLimitMs = 60_000;

/** Peer ids are 64-bit: as numbers they are rounded alike everywhere, and compared with nothing else. */
const statusSchema = z.object({
  result: z.object({
    status: z.string(),
    peers: z.record(z.string(), z.object({ uri: z.string() })).optional(),
    raft_info: z.object({ term: z.number(), commit: z.number(), pending_operations: z.number(), leader: z.number().nullable() }).optional(),
    consensus_thread_status: z.object({ consensus_thread_status: z.string() }).optional(),
  }),
});

const distributionSchema = z.object({
  result: z.object({
    local_shards: z.array(z.object({ shard_id: z.number(), points_count: z.number(), state: z.string() })),
    remote_shards: z.array(z.object({ shard_id: z.number(), state: z.string() })),
    shard_transfers: z.array(z.unknown()),
  }),
});

/** A peer as the harness reaches it. */
export interface Peer {
  /** Such as `vector-2`. */
  readonly id: string;
  readonly url: string;
}

async function ask<T extends z.ZodType>(url: string, schema: T, signal: AbortSignal | undefined): Promise<z.output<T>> {
  const limit = AbortSignal.timeout(answerLimitMs);
  const { status, body } = await getOnce(url, signal === undefined ? limit : AbortSignal.any([limit, signal]));
  if (status !== 200) {
    throw new Error(`${url} answered ${status} ${body.slice(0, 200)}`);
  }
  return schema.parse(JSON.parse(body));
}

/** Asks until nothing is missing any more. `missing` answers why not yet, or undefined. */
async function untilNothingIsMissing(
  missing: () => Promise<string | undefined>,
  { limitMs, what, signal }: { readonly limitMs: number; readonly what: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const reason = await missing().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (reason === undefined) {
      return;
    }
    if (performance.now() > deadlineMs) {
      throw new Failure('environment', 'cluster_not_formed', `${what} was not reached within ${limitMs} ms: ${reason}`, {
        hint: 'see the logs of the vector nodes in the folder of the run',
      });
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Waits until every peer knows all others, follows the same leader and has nothing left to apply.
 * @throws Failure `environment` (75) with what was still missing.
 */
export async function waitForConsensus(peers: readonly Peer[], signal?: AbortSignal): Promise<void> {
  const missing = async () => {
    const answers = await Promise.all(peers.map(async ({ url }) => (await ask(`${url}/cluster`, statusSchema, signal)).result));
    for (const [index, answer] of answers.entries()) {
      const id = peers[index]?.id ?? '';
      const known = Object.keys(answer.peers ?? {}).length;
      if (answer.status !== 'enabled') {
        return `${id} is not in cluster mode (${answer.status})`;
      }
      if (known !== peers.length) {
        return `${id} knows ${known} of ${peers.length} peers`;
      }
      if (answer.consensus_thread_status?.consensus_thread_status !== 'working') {
        return `the consensus of ${id} is ${answer.consensus_thread_status?.consensus_thread_status ?? 'not reported'}`;
      }
      if ((answer.raft_info?.pending_operations ?? 1) > 0) {
        return `${id} has ${answer.raft_info?.pending_operations ?? 'unknown'} operations to apply`;
      }
    }
    const leaders = new Set(answers.map(({ raft_info: raft }) => raft?.leader ?? null));
    const commits = new Set(answers.map(({ raft_info: raft }) => raft?.commit));
    if (leaders.size !== 1 || leaders.has(null)) {
      return 'the peers follow no common leader';
    }
    return commits.size === 1 ? undefined : 'the peers have applied different parts of the log';
  };
  await untilNothingIsMissing(missing, { limitMs: consensusLimitMs, what: `consensus of ${peers.length} peers`, signal });
}

export interface Replica {
  readonly shard: number;
  /** Id of the peer that holds it. */
  readonly node: string;
  /** `Active` answers reads; every other state does not, or not alone. */
  readonly state: string;
  readonly points: number;
}

/** Where the replicas of a collection are, each as the peer that holds it tells. */
export async function replicasOf(peers: readonly Peer[], collection: string, signal?: AbortSignal): Promise<Replica[]> {
  const held = await Promise.all(
    peers.map(async ({ id, url }) => {
      const { result } = await ask(`${url}/collections/${encodeURIComponent(collection)}/cluster`, distributionSchema, signal);
      return result.local_shards.map(({ shard_id: shard, points_count: points, state }) => ({ shard, node: id, state, points }));
    }),
  );
  return held.flat().sort((a, b) => a.shard - b.shard || a.node.localeCompare(b.node));
}

/**
 * Waits until every replica that the collection should have exists, is Active, and none is being moved.
 * @throws Failure `environment` (75) with what was still missing.
 */
export async function waitForActiveReplicas(
  peers: readonly Peer[],
  { collection, shards, replicationFactor }: { readonly collection: string; readonly shards: number; readonly replicationFactor: number },
  signal?: AbortSignal,
): Promise<Replica[]> {
  let replicas: Replica[] = [];
  const missing = async () => {
    replicas = await replicasOf(peers, collection, signal);
    const inactive = replicas.filter(({ state }) => state !== 'Active');
    if (inactive.length > 0) {
      return inactive.map(({ shard, node, state }) => `shard ${shard} on ${node} is ${state}`).join(', ');
    }
    return replicas.length === shards * replicationFactor
      ? undefined
      : `${replicas.length} of ${shards * replicationFactor} replicas are there`;
  };
  await untilNothingIsMissing(missing, {
    limitMs: activeLimitMs,
    what: `the placement of ${shards} shards × ${replicationFactor}`,
    signal,
  });
  return replicas;
}

/**
 * How many shards a search has to fetch from other peers, on average over the peers at which it may enter: those of which
 * the entry peer holds no active replica.
 */
export function remoteShardsPerSearch(peers: readonly string[], replicas: readonly Replica[]): number {
  const shards = new Set(replicas.map(({ shard }) => shard));
  const remote = peers.map((peer) => {
    const local = new Set(replicas.filter(({ node, state }) => node === peer && state === 'Active').map(({ shard }) => shard));
    return shards.size - local.size;
  });
  return remote.reduce((sum, count) => sum + count, 0) / Math.max(1, peers.length);
}

const oldestQdrant = { major: 1, minor: 16 };

/** @throws Failure `environment` (75) for a Qdrant that is older than what the cluster variants rely on. */
export function requireClusterVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major < oldestQdrant.major || (major === oldestQdrant.major && minor < oldestQdrant.minor)) {
    throw new Failure(
      'environment',
      'qdrant_too_old',
      `the vector store is Qdrant ${version}, a cluster needs ${oldestQdrant.major}.${oldestQdrant.minor} or newer`,
      {
        hint: 'name a newer image by RAG_TESTBED_QDRANT_IMAGE, or leave the cluster variants out by --variants',
      },
    );
  }
}

import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Peer,
  type Replica,
  remoteShardsPerSearch,
  replicasOf,
  requireClusterVersion,
  waitForActiveReplicas,
  waitForConsensus,
} from './qdrant-cluster.ts';

/** Answers of peers in the shape that a Qdrant 1.18 gave; each call takes the next, and the last one stays. */
type Answers = Readonly<Record<string, readonly object[]>>;
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

async function peerAnswering(id: string, answers: Answers): Promise<Peer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const turn = asked.get(path) ?? 0;
    asked.set(path, turn + 1);
    const found = answers[path];
    const result = found?.[Math.min(turn, found.length - 1)];
    response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ result, status: 'ok', time: 0 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const address = server.address();
  return { id, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

const status = (peers: number, leader: number | null, change: object = {}) => ({
  status: 'enabled',
  peer_id: 1,
  peers: Object.fromEntries(
    Array.from({ length: peers }, (_, peer) => [String(8_000_000_000_000_000_000n + BigInt(peer)), { uri: 'http://p:6335' }]),
  ),
  raft_info: { term: 1, commit: 9, pending_operations: 0, leader, role: 'Follower', is_voter: true, ...change },
  consensus_thread_status: { consensus_thread_status: 'working', last_update: '2026-01-01T00:00:00Z' },
  message_send_failures: {},
});
const placed = (...shards: [number, string][]) => ({
  peer_id: 1,
  shard_count: 3,
  local_shards: shards.map(([shard_id, state]) => ({ shard_id, points_count: 10, state })),
  remote_shards: [],
  shard_transfers: [],
});

describe('waitForConsensus', () => {
  it('waits until all peers know one another and follow one leader', async () => {
    const peers = await Promise.all([
      peerAnswering('vector-0', { '/cluster': [status(1, 7), status(2, 7)] }),
      peerAnswering('vector-1', {
        '/cluster': [status(2, null), status(2, 7, { commit: 8 }), status(2, 7, { pending_operations: 2 }), status(2, 7)],
      }),
    ]);
    await waitForConsensus(peers);
  });

  it('ends with the reason of its signal', async () => {
    const peers = [await peerAnswering('vector-0', { '/cluster': [{ status: 'disabled' }] })];
    await expect(waitForConsensus(peers, AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('waitForActiveReplicas', () => {
  const path = '/collections/documents/cluster';

  it('waits for the last replica to become Active and answers where they are', async () => {
    const peers = await Promise.all([
      peerAnswering('vector-0', { [path]: [placed([0, 'Active'], [1, 'Initializing']), placed([0, 'Active'], [1, 'Active'])] }),
      peerAnswering('vector-1', { [path]: [placed(), placed([2, 'Partial']), placed([2, 'Active'])] }),
    ]);
    const replicas = await waitForActiveReplicas(peers, { collection: 'documents', shards: 3, replicationFactor: 1 });
    expect(replicas.map(({ shard, node, state }) => [shard, node, state])).toEqual([
      [0, 'vector-0', 'Active'],
      [1, 'vector-0', 'Active'],
      [2, 'vector-1', 'Active'],
    ]);
  });

  it('rejects what does not tell a placement', async () => {
    await expect(replicasOf([await peerAnswering('vector-0', {})], 'documents')).rejects.toThrow('answered 404');
  });
});

describe('remoteShardsPerSearch', () => {
  const active = (shard: number, node: string): Replica => ({ shard, node, state: 'Active', points: 1 });

  it('counts the shards that the entry peer does not hold', () => {
    const spread = [active(0, 'a'), active(1, 'b'), active(2, 'c')];
    expect(remoteShardsPerSearch(['a', 'b', 'c'], spread)).toBe(2);
    expect(remoteShardsPerSearch(['a', 'b', 'c'], [...spread, active(1, 'a'), active(2, 'b'), active(0, 'c')])).toBe(1);
    expect(remoteShardsPerSearch(['a'], [active(0, 'a')])).toBe(0);
  });

  it('does not count on a replica that answers nothing', () => {
    expect(remoteShardsPerSearch(['a', 'b'], [active(0, 'a'), { ...active(0, 'b'), state: 'Dead' }])).toBe(0.5);
  });
});

it('refuses a Qdrant that is too old for the cluster variants', () => {
  expect(() => requireClusterVersion('1.15.5')).toThrow('1.15.5');
  expect(() => requireClusterVersion('0.11.0')).toThrow();
  requireClusterVersion('1.16.0');
  requireClusterVersion('1.18.3');
  requireClusterVersion('2.0.0');
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { QdrantClient } from '@qdrant/js-client-rest';
import { Network } from 'testcontainers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ports } from '../../ports.ts';
import { type ChosenImage, chooseImages } from '../choose-images.ts';
import { type Engine, openEngine } from '../engine.ts';
import { dockerLack, leftOut } from '../testing/available.ts';
import type { Confinement } from './confined.ts';
import { QdrantCluster } from './qdrant-cluster.ts';
import { QdrantContainer, qdrantHttpPort } from './qdrant-container.ts';
import { RedisCacheContainer } from './redis-container.ts';

process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
const lack = await dockerLack();
async function whyNoRealQdrant(): Promise<string | undefined> {
  const { qdrant } = await chooseImages((await openEngine()).client);
  return qdrant.standIn || qdrant.found === undefined ? 'the image of Qdrant is not on this machine' : undefined;
}
const realLack = lack ?? (await whyNoRealQdrant());
const label = 'rag-testbed-test';
const ports = new Ports();

/** Speaks the part of a peer that the start of a cluster needs: its command line, a way to join, and `GET /cluster`. */
const pretendedPeer = `#!/usr/bin/env node
const { createServer } = require('node:http');
const word = (name) => process.argv[process.argv.indexOf(name) + 1];
const [uri, founder] = [word('--uri'), process.argv.includes('--bootstrap') ? word('--bootstrap') : undefined];
const peers = new Map([[uri, 1]]);
let leader = founder === undefined ? 1 : null;
const answer = (response, result) => response.end(JSON.stringify({ result, status: 'ok', time: 0 }));
createServer(async (request, response) => {
  if (request.url === '/readyz') return response.end('all shards are ready');
  if (request.url !== '/cluster') return answer(response, { title: 'qdrant - vector search engine', version: '1.18.3' });
  if (founder !== undefined) {
    const known = await (await fetch(founder)).json();
    for (const peer of known) peers.set(peer, 1);
    leader = 1;
  }
  answer(response, { status: 'enabled', peer_id: 1, peers: Object.fromEntries([...peers.keys()].map((peer) => [peer, { uri: peer }])),
    raft_info: { term: 1, commit: 3, pending_operations: 0, leader, role: 'Follower', is_voter: true },
    consensus_thread_status: { consensus_thread_status: 'working', last_update: '' }, message_send_failures: {} });
}).listen(6333, '0.0.0.0');
createServer((request, response) => {
  if (request.method === 'POST') peers.set(request.headers['x-peer'], 1);
  response.end(JSON.stringify([...peers.keys()]));
}).listen(Number(process.env.QDRANT__CLUSTER__P2P__PORT), '0.0.0.0');
if (founder !== undefined) fetch(founder, { method: 'POST', headers: { 'x-peer': uri } });
process.on('SIGTERM', () => process.exit(0));
`;

describe.skipIf(lack !== undefined)(`the modules of the containers${leftOut(lack)}`, () => {
  let engine: Engine;
  let images: Record<'redis' | 'qdrant' | 'system' | 'postgres', ChosenImage>;
  beforeAll(async () => {
    engine = await openEngine();
    images = await chooseImages(engine.client);
  });

  async function confinement(name: string, port: number, more: Partial<Confinement> = {}): Promise<Confinement> {
    return {
      name: `${label}-${name}-${process.pid}`,
      labels: { [label]: name },
      network: 'bridge',
      alias: name,
      port,
      hostPort: await ports.take(),
      quota: { cpus: 0.25, memoryMiB: 192 },
      volumes: {},
      ...more,
    };
  }

  it('keep Redis under its quota, on a fixed port of this machine alone', async () => {
    await using network = await new Network().start();
    const place = await confinement('redis', 6379, { network: network.getName() });
    await using redis = await new RedisCacheContainer(images.redis.name).confine(place).withAutoRemove(true).start();
    const socket = connect({ host: '127.0.0.1', port: place.hostPort });
    socket.write('SET answer 42\r\nGET answer\r\n');
    let said = '';
    while (!said.includes('42')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      said += chunk.toString('latin1');
    }
    expect(said).toBe('+OK\r\n$2\r\n42\r\n');
    socket.destroy();
    const { HostConfig: host, Config: config } = await engine.client.getContainer(redis.getId()).inspect();
    expect(host).toMatchObject({ NanoCpus: 250_000_000, Memory: 192 * 1024 * 1024, MemorySwap: 192 * 1024 * 1024 });
    expect(host.PortBindings).toEqual({ '6379/tcp': [{ HostIp: '127.0.0.1', HostPort: String(place.hostPort) }] });
    expect(config.Healthcheck?.Test).toEqual(['NONE']);
    expect(redis.getMappedPort(6379)).toBe(place.hostPort);
  });

  it('find a vector node where it was, with what it had, after it has been killed and started again', async () => {
    await using network = await new Network().start();
    const place = await confinement('qdrant', qdrantHttpPort, { network: network.getName() });
    await using node = await new QdrantContainer(images.qdrant.name).confine(place).withAutoRemove(true).start();
    expect(node.url).toBe(`http://127.0.0.1:${place.hostPort}`);
    const client = () => new QdrantClient({ url: node.url, checkCompatibility: false });
    await client().createCollection('kept', { vectors: { size: 2, distance: 'Dot' } });
    await client().upsert('kept', { wait: true, points: [{ id: 1, vector: [1, 0] }] });
    await engine.client.getContainer(node.getId()).kill();
    await node.restart();
    expect(node.url).toBe(`http://127.0.0.1:${place.hostPort}`);
    expect((await client().query('kept', { query: [1, 0], limit: 1 })).points).toMatchObject([{ id: 1, score: 1 }]);
  });

  it('form a cluster: the others join through the founder, and each is found at its own port (peers are pretended)', async () => {
    await using cluster = await new QdrantCluster(images.system.name, {
      nodes: 3,
      quota: { cpus: 0.25, memoryMiB: 192 },
      labels: { [label]: 'pretended' },
      configure: (container) =>
        container
          .withCopyContentToContainer([{ content: pretendedPeer.replace(/^#!.*\n/, ''), target: '/qdrant/peer.cjs', mode: 0o644 }])
          .withEntrypoint(['node', '/qdrant/peer.cjs']),
    }).start();
    expect(new Set(cluster.peers.map(({ url }) => url)).size).toBe(3);
    const known = await Promise.all(
      cluster.peers.map(async ({ url }) =>
        Object.keys(((await (await fetch(`${url}/cluster`)).json()) as { result: { peers: object } }).result.peers),
      ),
    );
    expect(known.map((uris) => uris.toSorted())).toEqual(
      Array.from({ length: 3 }, () => [0, 1, 2].map((peer) => `http://qdrant-${peer}:6335`)),
    );
  });

  it.skipIf(realLack !== undefined)(`form a cluster of real Qdrant peers, with every replica Active${leftOut(realLack)}`, async () => {
    await using cluster = await new QdrantCluster(images.qdrant.name, {
      nodes: 3,
      quota: { cpus: 0.5, memoryMiB: 512 },
      labels: { [label]: 'real' },
    }).start();
    const client = new QdrantClient({ url: cluster.peers[1]?.url ?? '', checkCompatibility: false });
    await client.createCollection('spread', { vectors: { size: 4, distance: 'Cosine' }, shard_number: 3, replication_factor: 2 });
    const replicas = await cluster.activeReplicas('spread', 3, 2);
    expect(replicas).toHaveLength(6);
  });
});

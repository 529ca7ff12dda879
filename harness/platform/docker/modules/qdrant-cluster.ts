import { Network, type StartedNetwork } from 'testcontainers';
import { peerArguments, peerEnvironment } from '../../../rendering/environment.ts';
import { Ports } from '../../ports.ts';
import { type Peer, type Replica, waitForActiveReplicas, waitForConsensus } from '../../qdrant-cluster.ts';
import type { Confinement } from './confined.ts';
import { QdrantContainer, qdrantHttpPort, qdrantPeerPort, type StartedQdrantContainer } from './qdrant-container.ts';

export interface QdrantClusterOptions {
  readonly nodes: number;
  /** Of each peer. */
  readonly quota: Confinement['quota'];
  readonly labels?: Readonly<Record<string, string>>;
  /** Adds to the container of a peer before it is started. */
  readonly configure?: (container: QdrantContainer) => QdrantContainer;
}

/**
 * N Qdrant peers on a network of their own, each on a fixed port of 127.0.0.1, so that a peer that is killed and started
 * again is found where it was. Needs an image of Qdrant 1.16 or newer.
 */
export class QdrantCluster {
  readonly #image: string;
  readonly #options: QdrantClusterOptions;

  constructor(image: string, options: QdrantClusterOptions) {
    this.#image = image;
    this.#options = options;
  }

  /** Resolves when every peer knows the others and follows the same leader; rejects with everything stopped again. */
  async start(): Promise<StartedQdrantCluster> {
    await using stack = new AsyncDisposableStack();
    const network = stack.use(await new Network().start());
    const ports = new Ports();
    const nodes: StartedQdrantContainer[] = [];
    for (let position = 0; position < this.#options.nodes; position += 1) {
      // One after the other: all join through the founder.
      nodes.push(stack.use(await this.#peer(position, network, await ports.take()).start()));
    }
    const cluster = new StartedQdrantCluster(network, nodes);
    await waitForConsensus(cluster.peers);
    stack.move();
    return cluster;
  }

  #peer(position: number, network: StartedNetwork, hostPort: number): QdrantContainer {
    const { quota, labels = {}, configure } = this.#options;
    const uri = (peer: number) => `http://qdrant-${peer}:${qdrantPeerPort}`;
    const container = new QdrantContainer(this.#image)
      .confine({
        name: `${network.getName()}-qdrant-${position}`,
        labels,
        network: network.getName(),
        alias: `qdrant-${position}`,
        port: qdrantHttpPort,
        hostPort,
        quota,
        volumes: {},
      })
      .withAutoRemove(true)
      .withEnvironment(peerEnvironment(qdrantPeerPort))
      .withCommand(['./qdrant', ...peerArguments(uri(position), position === 0 ? undefined : uri(0))]);
    return configure === undefined ? container : configure(container);
  }
}

export class StartedQdrantCluster implements AsyncDisposable {
  readonly nodes: readonly StartedQdrantContainer[];
  readonly #network: StartedNetwork;

  constructor(network: StartedNetwork, nodes: readonly StartedQdrantContainer[]) {
    this.#network = network;
    this.nodes = nodes;
  }

  /** Every peer by its id, at the address that it keeps. */
  get peers(): Peer[] {
    return this.nodes.map(({ url }, position) => ({ id: `qdrant-${position}`, url }));
  }

  /** Waits until every replica of a collection is Active. */
  async activeReplicas(collection: string, shards: number, replicationFactor: number): Promise<Replica[]> {
    return waitForActiveReplicas(this.peers, { collection, shards, replicationFactor });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(async (node) => node.stop()));
    await this.#network.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

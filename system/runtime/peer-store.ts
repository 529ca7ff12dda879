import { pause } from './postgres-listener.ts';
import { type VectorStore, VectorStoreError } from './vector-store.ts';

const appearsAfterMs = 50;

/** A peer that gave no answer at all may be dead while the cluster is not; an answer, whatever it says, is the cluster's. */
function isSilent(error: unknown): boolean {
  return error instanceof VectorStoreError && error.status === undefined;
}

/**
 * One shard that is a whole cluster: requests enter at its peers in turn, and at the next one when a peer is silent. Which
 * peers hold the points is the cluster's own affair.
 */
export function overPeers(peers: readonly VectorStore[]): VectorStore {
  const [first] = peers;
  if (first === undefined) {
    throw new RangeError('a cluster has at least one peer');
  }
  let next = 0;
  const anyPeer = async <T>(signal: AbortSignal, ask: (peer: VectorStore) => Promise<T>): Promise<T> => {
    const start = next;
    next = (next + 1) % peers.length;
    let silence: unknown;
    for (let offset = 0; offset < peers.length; offset += 1) {
      signal.throwIfAborted();
      try {
        return await ask(peers[(start + offset) % peers.length] as VectorStore);
      } catch (error) {
        if (!isSilent(error)) {
          throw error;
        }
        silence = error;
      }
    }
    throw silence;
  };
  return {
    shard: first.shard,
    url: peers.map(({ url }) => url).join(','),
    search: async (query, signal) => anyPeer(signal, async (peer) => peer.search(query, signal)),
    searchHybrid: async (query, signal) => anyPeer(signal, async (peer) => peer.searchHybrid(query, signal)),
    upsert: async (points, signal) => anyPeer(signal, async (peer) => peer.upsert(points, signal)),
    remove: async (pointIds, signal) => anyPeer(signal, async (peer) => peer.remove(pointIds, signal)),
    hasCollection: async (dimensions, signal) => anyPeer(signal, async (peer) => peer.hasCollection(dimensions, signal)),
    async createCollection(settings, signal) {
      await anyPeer(signal, async (peer) => peer.createCollection(settings, signal));
      // The others learn of it by consensus; until then a request that enters there would be told that it does not exist.
      await Promise.all(
        peers.map(async (peer) => {
          while (!(await peer.hasCollection(settings.dimensions, signal))) {
            await pause(appearsAfterMs, signal);
            signal.throwIfAborted();
          }
        }),
      );
    },
  };
}

import { expect, it } from 'vitest';
import { overPeers } from './peer-store.ts';
import { type FoundPoint, type VectorStore, VectorStoreError } from './vector-store.ts';

const signal = new AbortController().signal;
const query = { vector: [1], filter: { must: [] }, limit: 1 };

function peer(name: string, asked: string[], search: () => Promise<FoundPoint[]> = async () => Promise.resolve([])): VectorStore {
  let looks = 0;
  return {
    shard: 0,
    url: `http://${name}`,
    async search() {
      asked.push(name);
      return search();
    },
    searchHybrid: () => Promise.resolve({ dense: [], sparse: [] }),
    upsert: async () => void asked.push(`upsert ${name}`),
    remove: async () => void asked.push(`remove ${name}`),
    async hasCollection() {
      looks += 1;
      return Promise.resolve(looks > 2);
    },
    createCollection: async () => void asked.push(`create ${name}`),
  };
}

const silent = async () => Promise.reject(new VectorStoreError(0, 'fetch failed (ECONNREFUSED)', undefined));
const refusing = async () => Promise.reject(new VectorStoreError(0, 'the vector node answered 500', 500));

it('enters at the peers in turn', async () => {
  const asked: string[] = [];
  const store = overPeers(['a', 'b', 'c'].map((name) => peer(name, asked)));
  for (let turn = 0; turn < 4; turn += 1) {
    await store.search(query, signal);
  }
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

it('goes on to the next peer when one is silent, and takes the answer of one that is not', async () => {
  const asked: string[] = [];
  const store = overPeers([peer('a', asked, silent), peer('b', asked, refusing), peer('c', asked)]);
  await expect(store.search(query, signal)).rejects.toMatchObject({ status: 500 });
  expect(asked).toEqual(['a', 'b']);
});

it('says what the last silent peer was silent with when all are', async () => {
  const asked: string[] = [];
  const store = overPeers(['a', 'b'].map((name) => peer(name, asked, silent)));
  await expect(store.search(query, signal)).rejects.toThrow('ECONNREFUSED');
  expect(asked).toEqual(['a', 'b']);
});

it('asks nobody any more once the request has been given up', async () => {
  const asked: string[] = [];
  const abandoned = AbortSignal.abort(new Error('too late'));
  await expect(overPeers([peer('a', asked)]).search(query, abandoned)).rejects.toThrow('too late');
  expect(asked).toEqual([]);
});

it('creates a collection once and waits until every peer knows of it', async () => {
  const asked: string[] = [];
  const peers = ['a', 'b'].map((name) => peer(name, asked));
  await overPeers(peers).createCollection({ dimensions: 2, indexedPayloadFields: [] }, signal);
  expect(asked).toEqual(['create a']);
  expect(await Promise.all(peers.map(async (one) => one.hasCollection(2, signal)))).toEqual([true, true]);
});

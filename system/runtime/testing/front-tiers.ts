import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelsOf, pointIdOf } from '../../api/point.ts';
import { type Child, startChild } from './child-process.ts';
import { newFakeChat } from './fake-chat.ts';
import { type FakeProvider, fakeEmbedding, fakeProvider } from './fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from './fake-vector-node.ts';

const internalToken = 'an internal token of sixteen or more';
const dimensions = 16;

export const readerKey = 'read-key';

/** The gateway and one query process as they run, over a vector node and a provider that do as they are told. */
export interface FrontTiers extends AsyncDisposable {
  readonly gateway: Child;
  readonly query: Child;
  readonly provider: FakeProvider;
  readonly node: FakeVectorNode;
  /** Stores a text of tenant "acme". */
  store(docId: string, content: string): void;
  /** Forgets every fault and every request. */
  heal(): void;
  post(path: string, body: unknown, init?: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal }): Promise<Response>;
}

/** Without PostgreSQL: searches then go by the sequence number 0, which is true of any collection. */
export async function startFrontTiers(): Promise<FrontTiers> {
  const folder = await mkdtemp(join(tmpdir(), 'front-tiers-'));
  const keysFile = join(folder, 'keys.json');
  const keySha256 = createHash('sha256').update(readerKey).digest('hex');
  await writeFile(keysFile, JSON.stringify([{ tenant: 'acme', role: 'reader', keySha256 }]));
  const provider = await fakeProvider();
  const node = await fakeVectorNode();
  node.hasCollection = true;
  const query = await startChild('query', {
    INTERNAL_TOKEN: internalToken,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    PROVIDER_URL: provider.url,
    QDRANT_URLS: node.url,
    EMBEDDING_DIM: String(dimensions),
  });
  const gateway = await startChild('gateway', {
    INTERNAL_TOKEN: internalToken,
    QUERY_URLS: query.url,
    INDEXER_URL: 'http://127.0.0.1:1',
    API_KEYS_FILE: keysFile,
  });
  return {
    gateway,
    query,
    provider,
    node,
    store(docId, content) {
      const key = { tenant: 'acme', knowledge_base: 'default', doc_id: docId };
      const id = pointIdOf(key);
      const payload = { ...key, content, metadata: {}, document_version: 1, labels: labelsOf({}) };
      node.points.set(id, { id, vector: Array.from(fakeEmbedding(content, dimensions)), payload });
    },
    heal() {
      provider.fault = undefined;
      provider.rankingFault = undefined;
      provider.hangsAbout = undefined;
      const { open } = provider.chat;
      Object.assign(provider.chat, newFakeChat(), { open });
      provider.requests.length = 0;
      node.mood = 'well';
      node.hungUp = 0;
      node.requests.length = 0;
    },
    post: (path, body, { headers = {}, signal } = {}) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': readerKey, 'content-type': 'application/json', 'x-request-id': 'mine', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    async [Symbol.asyncDispose]() {
      for (const started of [gateway, query, provider, node]) {
        await started[Symbol.asyncDispose]();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

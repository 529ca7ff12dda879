import { labelsOf, pointIdOf } from '../../api/point.ts';
import { type AskResponse, askResponseSchema } from '../../api/search.ts';
import { realRedis, startCacheNode, startRedis, type Target } from '../../cache-node/conformance/target.ts';
import { type Child, eventually, startChild } from '../../runtime/testing/child-process.ts';
import { fakeEmbedding } from '../../runtime/testing/fake-provider.ts';
import { type FakeServer, fakeServer } from '../../runtime/testing/fake-server.ts';
import { type FakeVectorNode, fakeVectorNode } from '../../runtime/testing/fake-vector-node.ts';

const token = 'an internal token of sixteen or more';
const dimensions = 16;
const redisPath = realRedis();

/** Starts what may keep answers, on a port of its own choice or on this one. */
type StartCache = (port?: number) => Promise<Target>;
const startReal: StartCache | undefined = redisPath === undefined ? undefined : (port) => startRedis(redisPath, [], port);
const startEmbedded: StartCache = (port) => startCacheNode({}, port);

/** The embedded node, and the real Redis where there is one. */
export const caches: readonly { readonly name: string; readonly start: StartCache }[] = [
  { name: 'the embedded cache node', start: startEmbedded },
  ...(startReal === undefined ? [] : [{ name: 'Redis', start: startReal }]),
];

/** Says what was left out, for the title of a test. */
export const leftOut = redisPath === undefined ? ' (Redis left out: no redis-server is on the PATH)' : '';

interface Chat {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** A provider and two vector nodes, on which a text of tenants "acme" and "globex" is stored. */
export interface QuerySurroundings extends AsyncDisposable {
  readonly providerUrl: string;
  readonly nodes: readonly FakeVectorNode[];
  /** What the model was asked. */
  chats(): Chat[];
  /** The model answers when this is fulfilled. */
  waitFor(gate: Promise<void>): void;
  /** Forgets every fault and every request. */
  heal(): void;
  startQuery(port: number, settings?: Readonly<Record<string, string>>): Promise<Child>;
}

export async function querySurroundings(): Promise<QuerySurroundings> {
  let gate = Promise.resolve();
  const chats = () => provider.requests.flatMap(({ path, body }) => (path === '/v1/chat/completions' ? [body as Chat] : []));
  const provider: FakeServer = await fakeServer(async ({ path, body }) => {
    if (path === '/v1/embeddings') {
      const { input } = body as { input: string[] };
      const rows = input.map((text, index) => {
        const { buffer, byteOffset, byteLength } = fakeEmbedding(text, dimensions);
        return { object: 'embedding', index, embedding: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
      });
      return { status: 200, body: { object: 'list', data: rows } };
    }
    const number = chats().length;
    await gate;
    const content = `answer ${number} to: ${(body as Chat).messages.at(-1)?.content ?? ''}`;
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    return { status: 200, body: { choices: [{ message: { content }, finish_reason: 'stop' }], usage } };
  });
  const nodes = [await fakeVectorNode(), await fakeVectorNode()];
  for (const node of nodes) {
    node.hasCollection = true;
    for (const tenant of ['acme', 'globex']) {
      const key = { tenant, knowledge_base: 'default', doc_id: `of-${tenant}` };
      const id = pointIdOf(key);
      const payload = { ...key, content: `text of ${tenant}`, metadata: {}, document_version: 1, labels: labelsOf({}) };
      node.points.set(id, { id, vector: Array.from(fakeEmbedding('text', dimensions)), payload });
    }
  }
  return {
    providerUrl: provider.url,
    nodes,
    chats,
    waitFor(given) {
      gate = given;
    },
    heal() {
      gate = Promise.resolve();
      provider.requests.length = 0;
      for (const node of nodes) {
        node.mood = 'well';
      }
    },
    startQuery: (port, settings = {}) =>
      startChild('query', {
        INTERNAL_TOKEN: token,
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
        PROVIDER_URL: provider.url,
        QDRANT_URLS: nodes.map(({ url }) => url).join(','),
        EMBEDDING_DIM: String(dimensions),
        REDIS_URL: `redis://127.0.0.1:${port}`,
        SESSIONS: 'true',
        SESSION_TURNS: '3',
        ANSWER_CACHE_TTL_SECONDS: '60',
        ...settings,
      }),
    async [Symbol.asyncDispose]() {
      for (const server of [provider, ...nodes]) {
        await server[Symbol.asyncDispose]();
      }
    },
  };
}

/** Waits until a query process has reached its Redis. It is not ready for lack of PostgreSQL. */
export async function connected({ url }: Child): Promise<void> {
  await eventually(async () => (/"redis":\{"status":"healthy"\}/.test(await (await fetch(`${url}/ready`)).text()) ? true : undefined));
}

export function post({ url }: Child, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/ask`, {
    method: 'POST',
    headers: { 'x-internal-token': token, 'x-tenant': 'acme', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

/** Asks a question that must be answered. */
export async function ask(query: Child, body: object, headers?: Record<string, string>): Promise<AskResponse> {
  const response = await post(query, body, headers);
  if (response.status !== 200) {
    throw new Error(`answered ${response.status} ${await response.text()}`);
  }
  return askResponseSchema.parse(await response.json());
}

/** How often questions fared so at the answer cache. */
export async function cacheRequests({ url }: Child, outcome: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`cache_requests_total\\{cache_level="redis",outcome="${outcome}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
}

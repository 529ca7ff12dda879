import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askEventSchemas } from '../api/ask-stream.ts';
import { createEventReader } from '../api/event-stream.ts';
import { type AskResponse, askResponseSchema } from '../api/search.ts';
import { shardingPolicy } from '../policies/sharding/index.ts';
import { listen, type RunningServer } from '../runtime/server.ts';
import { newFakeChat } from '../runtime/testing/fake-chat.ts';
import { type FakeProvider, fakeProvider } from '../runtime/testing/fake-provider.ts';
import { type FakeVectorNode, fakeVectorNode } from '../runtime/testing/fake-vector-node.ts';
import { createUpstream, type Upstream } from '../runtime/upstream.ts';
import { createVectorStore } from '../runtime/vector-store.ts';
import { createQuery } from './app.ts';
import type { SessionStore, Turn } from './session-store.ts';

const internalToken = 'an internal token of sixteen or more';
const conversations = new Map<string, Turn[]>();
/** How the store fails from now on. */
let fault: 'refusing' | 'hanging' | undefined;

async function troubled(): Promise<void> {
  if (fault === 'refusing') {
    throw new Error('told to fail');
  }
  if (fault === 'hanging') {
    // Not even the signal moves it, as a client without a time limit.
    await new Promise(() => undefined);
  }
}

const sessions: SessionStore = {
  async history(tenant, sessionId) {
    await troubled();
    return conversations.get(`${tenant}:${sessionId}`) ?? [];
  },
  async append(tenant, sessionId, turn) {
    await troubled();
    const key = `${tenant}:${sessionId}`;
    conversations.set(key, [...(conversations.get(key) ?? []), turn]);
  },
};

let provider: FakeProvider;
let node: FakeVectorNode;
let upstream: Upstream;
let server: RunningServer;

beforeAll(async () => {
  provider = await fakeProvider();
  node = await fakeVectorNode();
  node.hasCollection = true;
  upstream = createUpstream('provider', provider.url);
  const app = createQuery({
    provider: upstream,
    embedding: { model: 'fake', dimensions: 4 },
    collection: 'documents',
    retrieval: 'dense',
    rerank: false,
    rerankModel: 'fake',
    chatModel: 'fake',
    routing: shardingPolicy('hash', 1),
    stores: [createVectorStore(0, node.url, 'documents')],
    appliedSequence: () => 0,
    sessions,
    internalToken,
    readiness: {},
    logger: pino({ level: 'silent' }),
  });
  server = await listen(app, '127.0.0.1', 0);
});
afterAll(async () => {
  await server.close(0);
  await upstream.close();
  await provider[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});
afterEach(() => {
  conversations.clear();
  fault = undefined;
  Object.assign(provider.chat, newFakeChat());
});

function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}/v1/ask`, {
    method: 'POST',
    headers: { 'x-internal-token': internalToken, 'x-tenant': 'acme', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function ask(body: object, headers: Record<string, string> = {}): Promise<AskResponse> {
  const response = await post(body, headers);
  expect(response.status).toBe(200);
  return askResponseSchema.parse(await response.json());
}

async function askStreamed(body: object) {
  const response = await post({ ...body, stream: true });
  const last = createEventReader()
    .push(new Uint8Array(await response.arrayBuffer()))
    .at(-1);
  return { name: last?.event, data: JSON.parse(last?.data ?? 'null') as unknown };
}

/** The messages that the model was last asked with, without the instruction and the question itself. */
function reminded(): unknown[] {
  const asked = provider.requests.filter(({ path }) => path === '/v1/chat/completions').at(-1)?.body as { messages: unknown[] };
  return asked.messages.slice(1, -1);
}

const asMessages = (turns: readonly { question: string; answer: string }[]) =>
  turns.flatMap(({ question, answer }) => [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]);

describe('a question of a session', () => {
  test('is asked after the earlier turns, plain or streamed, and its turn follows them', async () => {
    const turns: Turn[] = [];
    for (const [index, isStreamed] of [false, true, true, false].entries()) {
      const body = { query: `question ${index}`, session_id: 'one' };
      let answer: string;
      if (isStreamed) {
        const { name, data } = await askStreamed(body);
        expect(name).toBe('completed');
        answer = askEventSchemas.completed.parse(data).answer;
      } else {
        const response = await ask(body);
        expect(response.evidence.stages.map(({ stage }) => stage)).toEqual([
          'preprocess',
          'embed',
          'search',
          'merge',
          'history',
          'generate',
          'remember',
        ]);
        expect(response.evidence.degraded).toBe(false);
        answer = response.answer;
      }
      expect(reminded()).toEqual(asMessages(turns));
      turns.push({ question: `question ${index}`, answer });
      expect(conversations.get('acme:one')).toEqual(turns);
    }
  });

  test('is asked after the latest ten turns only', async () => {
    const turns = Array.from({ length: 14 }, (_none, index) => ({ question: `q${index}`, answer: `a${index}` }));
    conversations.set('acme:long', turns);
    await ask({ query: 'x', session_id: 'long' });
    expect(reminded()).toEqual(asMessages(turns.slice(4)));
    expect(conversations.get('acme:long')).toHaveLength(15);
  });

  test('knows nothing of the same session of another tenant, nor of another session, nor of none', async () => {
    conversations.set('acme:one', [{ question: 'secret', answer: 'secret' }]);
    await ask({ query: 'x', session_id: 'one' }, { 'x-tenant': 'globex' });
    expect(reminded()).toEqual([]);
    await ask({ query: 'x', session_id: 'two' });
    expect(reminded()).toEqual([]);
    const { evidence } = await ask({ query: 'x' });
    expect(reminded()).toEqual([]);
    expect(evidence.stages.map(({ stage }) => stage)).not.toContain('history');
    expect(conversations.get('acme:one')).toHaveLength(1);
  });

  test('that fails leaves no turn', async () => {
    provider.chat.streamFault = 'cut';
    expect((await askStreamed({ query: 'x', session_id: 'one' })).name).toBe('error');
    provider.chat.chatStatus = 500;
    expect((await post({ query: 'x', session_id: 'one' })).status).toBe(502);
    expect(conversations.size).toBe(0);
  });

  test.each(['refusing', 'hanging'] as const)('with a store that is %s: an answer that says what it lacks', async (how) => {
    fault = how;
    const { answer, evidence } = await ask({ query: 'x', session_id: 'one' }, { 'x-deadline-ms': '2000' });
    expect(answer).toContain('Question: x');
    expect(evidence.degraded).toBe(true);
    expect(evidence.degraded_reason).toMatch(/^the conversation was not read: .+; the conversation was not continued: .+/);
    expect(evidence.stages.reduce((sum, { duration_ms }) => sum + duration_ms, 0)).toBeCloseTo(evidence.total_ms, 6);
  });
});

test.each(['', 'two words', 'a/b', 'x'.repeat(129), 'a:b'])('the session id "%s" is refused', async (session_id) => {
  const response = await post({ query: 'x', session_id });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('"path":"session_id"');
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askResponseSchema } from '../api/search.ts';
import { type Target, WireConnection } from '../cache-node/conformance/target.ts';
import { type Child, eventually, startChild } from '../runtime/testing/child-process.ts';
import type { FakeVectorNode } from '../runtime/testing/fake-vector-node.ts';
import { answerKey } from './answer-key.ts';
import {
  ask,
  cacheRequests,
  caches,
  connected,
  leftOut,
  post,
  type QuerySurroundings,
  querySurroundings,
} from './testing/query-surroundings.ts';

let surroundings: QuerySurroundings;
beforeAll(async () => {
  surroundings = await querySurroundings();
});
afterAll(async () => {
  await surroundings[Symbol.asyncDispose]();
});
afterEach(() => {
  surroundings.heal();
});

describe.each(caches)(`with $name${leftOut}`, ({ start }) => {
  let cache: Target;
  let queries: [Child, Child];
  let wire: WireConnection;

  beforeAll(async () => {
    cache = await start();
    queries = [await surroundings.startQuery(cache.port), await surroundings.startQuery(cache.port, { ANSWER_CACHE_EXPIRY: 'sliding' })];
    await Promise.all(queries.map(connected));
    wire = await WireConnection.open(cache.port);
  });
  afterAll(async () => {
    for (const started of [wire, ...queries, cache]) {
      await started[Symbol.asyncDispose]();
    }
  });
  beforeEach(async () => {
    await wire.ask('FLUSHALL');
  });

  describe('conversations', () => {
    const turn = (query: Child, text: string, tenant = 'acme') => ask(query, { query: text, session_id: 'one-1' }, { 'x-tenant': tenant });
    const prompt = () => (surroundings.chats().at(-1)?.messages ?? []).slice(1, -1);

    test('are continued by any instance, and are their tenant’s alone', async () => {
      const first = await turn(queries[0], 'who is it?');
      await turn(queries[1], 'and then?');
      expect(prompt()).toEqual([
        { role: 'user', content: 'who is it?' },
        { role: 'assistant', content: first.answer },
      ]);
      await turn(queries[0], 'who is it?', 'globex');
      expect(prompt()).toEqual([]);
    });

    test('keep the latest turns, for a while', async () => {
      for (const text of ['a', 'b', 'c', 'd']) {
        await turn(queries[0], text);
      }
      await turn(queries[1], 'e');
      expect(
        prompt()
          .filter(({ role }) => role === 'user')
          .map(({ content }) => content),
      ).toEqual(['b', 'c', 'd']);
      expect(await wire.ask('LLEN', 'session:acme:one-1')).toBe(':3\r\n');
      expect(Number((await wire.ask('TTL', 'session:acme:one-1')).slice(1))).toBeGreaterThan(86_000);
    });

    test('that hold something else are said to be unread, and the question is answered', async () => {
      await wire.ask('RPUSH', 'session:acme:one-1', 'no turn');
      const { answer, evidence } = await turn(queries[0], 'who?');
      expect(answer).toContain('who?');
      expect(evidence).toMatchObject({ degraded: true });
      expect(evidence.degraded_reason).toMatch(/the conversation was not read: a session of acme holds something other than turns/);
    });
  });

  describe('answers', () => {
    test('are kept for every instance: the same answer and sources, no shard asked, no model asked', async () => {
      const made = await ask(queries[0], { query: 'text' }, { 'x-request-id': 'first' });
      expect(made.evidence).toMatchObject({ cache_tier: 'none', shards: { asked: 2, answered: 2 } });
      const kept = await eventually(async () => {
        const given = await ask(queries[1], { query: '  text ' }, { 'x-request-id': 'second' });
        return given.evidence.cache_tier === 'redis' ? given : undefined;
      });
      const asked = surroundings.chats().length;
      expect(kept).toMatchObject({ sources: made.sources, usage: { prompt_tokens: 0, completion_tokens: 0 } });
      expect(kept.evidence).toMatchObject({
        request_id: 'second',
        shards: { asked: 0, answered: 0 },
        degraded: false,
        index_version: 'documents',
      });
      expect(kept.evidence.stages.map(({ stage }) => stage)).toEqual(['cache']);
      expect(kept.evidence.cache_age_ms).toBeGreaterThanOrEqual(0);
      await ask(queries[0], { query: 'text' });
      expect(surroundings.chats().length).toBe(asked);
    });

    /** Asks until the answer is kept, which happens after it was given. */
    const keptOf = async (body: object, headers?: Record<string, string>) => {
      await ask(queries[0], body, headers);
      await eventually(async () => ((await ask(queries[0], body, headers)).evidence.cache_tier === 'redis' ? true : undefined));
    };

    test.each([
      ['another tenant', {}, { 'x-tenant': 'globex' }],
      ['another number of sources', { top_k: 3 }, {}],
      ['other filters', { filters: { knowledge_base: 'other' } }, {}],
      ['another question', { query: 'Text' }, {}],
    ])('are not given for %s', async (_what, body, headers) => {
      await keptOf({ query: 'text' });
      const other = await ask(queries[0], { query: 'text', ...body }, headers);
      expect(other.evidence.cache_tier).toBe('none');
      expect(other.sources.every(({ doc_id }) => doc_id === ('x-tenant' in headers ? 'of-globex' : 'of-acme'))).toBe(true);
    });

    test('are given whatever the order of the filters', async () => {
      await keptOf({ query: 'text', filters: { knowledge_base: 'default', metadata: { a: 1, b: 2 } } });
      const same = await ask(queries[0], { query: 'text', filters: { metadata: { b: 2, a: 1 }, knowledge_base: 'default' } });
      expect(same.evidence.cache_tier).toBe('redis');
    });

    test('are streamed as when they were made', async () => {
      const made = await ask(queries[0], { query: 'text' });
      await keptOf({ query: 'text' });
      const events = await (await post(queries[0], { query: 'text', stream: true })).text();
      expect([...events.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)).toEqual([
        'processing',
        'retrieved',
        'generating',
        'completed',
      ]);
      const completed = /^event: completed\ndata: (.*)$/m.exec(events)?.[1] ?? '';
      expect(askResponseSchema.parse(JSON.parse(completed))).toMatchObject({ answer: made.answer, evidence: { cache_tier: 'redis' } });
    });

    test('count every hit, and live on by hits only where expiry is sliding', async () => {
      await keptOf({ query: 'text' });
      const making = {
        collection: 'documents',
        retrieval: 'dense',
        embeddingModel: 'concept-embedding',
        rerankModel: 'concept-rerank',
        chatModel: 'concept-chat',
      };
      const question = { tenant: 'acme', text: 'text', topK: 10, filters: {}, rerank: false, earlier: [], sampling: {} };
      const key = answerKey(making, question);
      const hits = async () => Number((await wire.ask('HGET', key, 'hit_count')).split('\r\n')[1]);
      await eventually(async () => ((await hits()) === 1 ? true : undefined));
      await Promise.all(Array.from({ length: 20 }, () => ask(queries[0], { query: 'text' })));
      await eventually(async () => ((await hits()) === 21 ? true : undefined));

      const ttlMs = async () => Number((await wire.ask('PTTL', key)).slice(1));
      expect(await wire.ask('PEXPIRE', key, '20000')).toBe(':1\r\n');
      await ask(queries[0], { query: 'text' });
      await eventually(async () => ((await hits()) === 22 ? true : undefined));
      expect(await ttlMs()).toBeLessThanOrEqual(20_000);
      await ask(queries[1], { query: 'text' });
      await eventually(async () => ((await hits()) === 23 ? true : undefined));
      expect(await ttlMs()).toBeGreaterThan(20_000);
    });

    test('that are being made are waited for: many ask, the model is asked once', async () => {
      const gate = Promise.withResolvers<void>();
      surroundings.waitFor(gate.promise);
      const misses = async () => Number(/keyspace_misses:(\d+)/.exec(await wire.ask('INFO', 'stats'))?.[1]);
      const missed = await misses();
      const asked = Array.from({ length: 8 }, (_, index) => ask(queries[0], { query: 'text' }, { 'x-request-id': `r${index}` }));
      const before = await cacheRequests(queries[0], 'shared');
      // All have looked and found nothing: every one that is not the first waits for it.
      await eventually(async () => ((await misses()) === missed + 8 ? true : undefined));
      gate.resolve();
      const answers = await Promise.all(asked);
      expect(new Set(answers.map(({ answer }) => answer)).size).toBe(1);
      expect(answers.map(({ evidence }) => evidence.request_id)).toEqual(asked.map((_, index) => `r${index}`));
      expect(answers.filter(({ usage }) => usage.prompt_tokens > 0).length).toBe(1);
      expect(surroundings.chats().length).toBe(1);
      expect((await cacheRequests(queries[0], 'shared')) - before).toBeGreaterThan(0);
    });

    test('whose maker has gone are made for those who waited', async () => {
      const gate = Promise.withResolvers<void>();
      surroundings.waitFor(gate.promise);
      const leaving = new AbortController();
      const first = post(queries[0], { query: 'text' }, {}, leaving.signal).catch((error: unknown) => error);
      await eventually(() => (surroundings.chats().length === 1 ? true : undefined));
      const second = ask(queries[0], { query: 'text' });
      leaving.abort();
      await first;
      gate.resolve();
      expect((await second).answer).toContain('Question: text');
    });

    test('that are degraded are not kept', async () => {
      (surroundings.nodes[1] as FakeVectorNode).mood = 'failing';
      expect((await ask(queries[0], { query: 'half' })).evidence.degraded).toBe(true);
      expect((await ask(queries[0], { query: 'half' })).evidence).toMatchObject({ degraded: true, cache_tier: 'none' });
      (surroundings.nodes[1] as FakeVectorNode).mood = 'well';
      expect((await ask(queries[0], { query: 'half' })).evidence).toMatchObject({ degraded: false, cache_tier: 'none' });
    });

    test('of a session are neither looked for nor kept', async () => {
      await keptOf({ query: 'text' });
      const inSession = await ask(queries[0], { query: 'text', session_id: 's' });
      expect(inSession.evidence.cache_tier).toBe('none');
      expect(await cacheRequests(queries[0], 'bypass')).toBeGreaterThan(0);
    });
  });

  describe('a Redis', () => {
    test('that ends or hangs costs no caller his answer, and is used again when it is back', async () => {
      const own = await start();
      const port = own.port;
      await using query = await surroundings.startQuery(port);
      await connected(query);
      await ask(query, { query: 'text' });

      own.signal('SIGSTOP');
      const slow = await ask(query, { query: 'hanging' });
      expect(slow.evidence).toMatchObject({ degraded: true, cache_tier: 'none' });
      expect(slow.evidence.degraded_reason).toMatch(/^no kept answer could be looked for: /);
      await eventually(async () => ((await (await fetch(`${query.url}/ready`)).text()).includes('no answer for') ? true : undefined));
      expect((await ask(query, { query: 'still' })).evidence.degraded_reason).toMatch(/is not reached: no answer for \d+ ms/);
      own.signal('SIGCONT');
      await connected(query);
      expect((await ask(query, { query: 'again' })).evidence.degraded).toBe(false);

      await own[Symbol.asyncDispose]();
      const { evidence } = await ask(query, { query: 'gone', session_id: 's' });
      expect(evidence.degraded_reason).toMatch(
        /the conversation was not read: Redis at .* is not reached: .*; the conversation was not continued/,
      );
      expect((await ask(query, { query: 'gone' })).evidence).toMatchObject({ degraded: true, cache_tier: 'none' });
      expect(await cacheRequests(query, 'error')).toBeGreaterThanOrEqual(3);
      const told = await (await fetch(`${query.url}/ready`)).text();
      expect(told).toContain('answers go without it');

      await using back = await start(port);
      expect(back.port).toBe(port);
      await connected(query);
      await ask(query, { query: 'back' });
      await eventually(async () => ((await ask(query, { query: 'back' })).evidence.cache_tier === 'redis' ? true : undefined));
      expect(await query.stop()).toBe(0);
    });
  });
});

test('a query process is not ready before it has reached Redis once', async () => {
  await using query = await surroundings.startQuery(1);
  const response = await fetch(`${query.url}/ready`);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('Redis at 127.0.0.1:1 was not reached yet');
  expect(await query.stop()).toBe(0);
});

test.each([
  [{ REDIS_URL: '', SESSIONS: 'true' }, 'REDIS_URL'],
  [{ REDIS_URL: 'http://127.0.0.1:6379' }, 'REDIS_URL'],
  [{ ANSWER_CACHE_TTL_SECONDS: '0' }, 'ANSWER_CACHE_TTL_SECONDS'],
  [{ ANSWER_CACHE_EXPIRY: 'never' }, 'ANSWER_CACHE_EXPIRY'],
])('settings that make no sense end the start: %j', async (settings, variable) => {
  await expect(surroundings.startQuery(1, settings)).rejects.toThrow(new RegExp(`ended with 78: query: ${variable}: `));
});

test('what needs Redis is refused without it, by name', async () => {
  const started = startChild('query', {
    INTERNAL_TOKEN: 'an internal token of sixteen or more',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    PROVIDER_URL: surroundings.providerUrl,
    QDRANT_URLS: surroundings.nodes[0]?.url ?? '',
    SESSIONS: 'true',
  });
  await expect(started).rejects.toThrow(/query: REDIS_URL: SESSIONS is true, which needs REDIS_URL/);
});

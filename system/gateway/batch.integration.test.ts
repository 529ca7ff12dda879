import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askBatchResponseSchema, batchConcurrency, maximumBatch, searchBatchResponseSchema } from '../api/batch.ts';
import { errorBodySchema } from '../api/errors.ts';
import { askResponseSchema, searchResponseSchema } from '../api/search.ts';
import { eventually } from '../runtime/testing/child-process.ts';
import { type FrontTiers, startFrontTiers } from '../runtime/testing/front-tiers.ts';

let system: FrontTiers;

beforeAll(async () => {
  system = await startFrontTiers();
  for (let index = 0; index < 20; index += 1) {
    system.store(`doc-${index}`, `text ${index}`);
  }
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.heal());

async function answers(path: '/v1/search/batch' | '/v1/ask/batch', queries: unknown[], headers: Record<string, string> = {}) {
  const response = await system.post(path, { queries }, { headers });
  expect(response.status).toBe(200);
  const answer: unknown = await response.json();
  return path === '/v1/ask/batch' ? askBatchResponseSchema.parse(answer) : searchBatchResponseSchema.parse(answer);
}

const numbers = (length: number) => Array.from({ length }, (_none, index) => index);

describe('a batch', () => {
  test('of searches gives what each would have given, in order, with request ids of their own', async () => {
    const queries = numbers(20).map((index) => ({ query_text: `text ${index}`, top_k: 3 }));
    const { results, ...counts } = await answers('/v1/search/batch', queries);
    expect(counts).toEqual({ succeeded: 20, failed: 0, request_id: 'mine' });
    for (const [index, result] of results.entries()) {
      const alone = searchResponseSchema.parse(await (await system.post('/v1/search', queries[index])).json());
      const batched = searchResponseSchema.parse(result);
      expect(batched.results).toEqual(alone.results);
      expect(batched.results[0]?.content).toBe(`text ${index}`);
      expect(batched.evidence.request_id).toBe(`mine.${index}`);
    }
  });

  test('of questions: one that fails and one that is wrong are errors among answers', async () => {
    system.provider.chat.refusesAbout = 'Question: text 2';
    const queries = [{ query: 'text 1' }, { query: 'text 2' }, { query: 'text 3', top_k: 0, limit: 1 }, 'text 4', { query: 'text 5' }];
    const { results, ...counts } = await answers('/v1/ask/batch', queries);
    expect(counts).toEqual({ succeeded: 2, failed: 3, request_id: 'mine' });
    expect(askResponseSchema.parse(results[0]).answer).toContain('Question: text 1');
    expect(askResponseSchema.parse(results[4]).answer).toContain('Question: text 5');
    expect(errorBodySchema.parse(results[1]).error).toMatchObject({ code: 'upstream_failed', request_id: 'mine.1' });
    const { error } = errorBodySchema.parse(results[2]);
    expect(error).toMatchObject({ code: 'invalid_request', request_id: 'mine.2' });
    expect(error.problems).toHaveLength(2);
    expect(errorBodySchema.parse(results[3]).error.code).toBe('invalid_request');
  });

  test('works on 100 queries at a time', async () => {
    system.provider.fault = 'hanging';
    const asking = system.post(
      '/v1/search/batch',
      { queries: numbers(250).map((index) => ({ query_text: `text ${index}` })) },
      { headers: { 'x-deadline-ms': '1500' } },
    );
    await eventually(() => system.provider.requests.length === batchConcurrency);
    const { results, failed } = searchBatchResponseSchema.parse(await (await asking).json());
    // The ones in progress gave up in time, and the ones behind them had none left: nobody else was asked.
    expect([results.length, failed, system.provider.requests.length]).toEqual([250, 250, batchConcurrency]);
    for (const result of results) {
      expect(errorBodySchema.parse(result).error.code).toBe('deadline_exceeded');
    }
  });

  test('whose last queries are too slow gives the others before the deadline', async () => {
    const queries = numbers(10).map((index) => ({ query_text: `text ${index}` }));
    system.provider.hangsAbout = 'text 7';
    const { results, failed } = await answers('/v1/search/batch', queries, { 'x-deadline-ms': '1000' });
    expect(failed).toBe(1);
    expect(errorBodySchema.parse(results[7]).error.code).toBe('deadline_exceeded');
  });

  test('whose caller leaves ends everything that it began', async () => {
    system.node.mood = 'hanging';
    const leaving = new AbortController();
    const asking = system.post(
      '/v1/search/batch',
      { queries: numbers(150).map((index) => ({ query_text: `text ${index}` })) },
      { signal: leaving.signal },
    );
    await eventually(() => system.node.requests.length === batchConcurrency);
    leaving.abort();
    await expect(asking).rejects.toThrow();
    await eventually(() => system.node.hungUp === batchConcurrency);
    expect(system.node.requests.length).toBe(batchConcurrency);
  });
});

describe('refusals of a whole batch', () => {
  test.each<[string, unknown, number, string]>([
    ['none', { queries: [] }, 400, 'invalid_request'],
    ['no list', { queries: 'text 1' }, 400, 'invalid_request'],
    ['another field', { queries: [{ query_text: 'x' }], stream: true }, 400, 'invalid_request'],
    ['too many', { queries: numbers(maximumBatch + 1) }, 413, 'batch_too_large'],
  ])('%s', async (_name, body, status, code) => {
    for (const path of ['/v1/search/batch', '/v1/ask/batch']) {
      const response = await system.post(path, body);
      expect(response.status).toBe(status);
      const { error } = errorBodySchema.parse(await response.json());
      expect(error.code).toBe(code);
      if (code === 'batch_too_large') {
        expect(error).toMatchObject({ message: 'the batch has 1001 queries', hint: 'send at most 1000 in one batch' });
      }
    }
    expect(system.provider.requests).toEqual([]);
  });

  test('a question of a batch has neither stream nor session', async () => {
    const { results } = await answers('/v1/ask/batch', [
      { query: 'x', stream: true },
      { query: 'x', session_id: 'one' },
    ]);
    for (const result of results) {
      expect(errorBodySchema.parse(result).error).toMatchObject({ code: 'invalid_request' });
    }
  });
});

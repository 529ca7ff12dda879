import { describe, expect, test } from 'vitest';
import { ApiError } from '../runtime/api-error.ts';
import { type FoundPoint, type VectorStore, VectorStoreError } from '../runtime/vector-store.ts';
import { scatter, shardBudgetMs } from './scatter.ts';

const query = { vector: [1], filter: { must: [] }, limit: 3 };
const ask = (one: VectorStore, signal: AbortSignal) => one.search(query, signal);
const point: FoundPoint = { id: 'a', score: 1, payload: {} };
const unused = () => Promise.reject(new Error('a search writes nothing'));

function store(shard: number, search: VectorStore['search']): VectorStore {
  return { shard, url: '', search, searchHybrid: unused, upsert: unused, remove: unused, hasCollection: unused, createCollection: unused };
}

const answering = (shard: number) => store(shard, () => Promise.resolve([point]));
const failing = (shard: number) => store(shard, () => Promise.reject(new VectorStoreError(shard, 'the vector node answered 500', 500)));
const hanging = (shard: number) =>
  store(shard, (_query, signal) => {
    const { promise, reject } = Promise.withResolvers<FoundPoint[]>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    return promise;
  });

const limits = (remainingMs = 60_000, signal = new AbortController().signal) => ({ remainingMs, signal });
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error as ApiError,
  );

describe('scatter', () => {
  test('asks every shard and keeps one answer for each', async () => {
    const { answers, asked, shardsMs, failures } = await scatter([answering(0), answering(1)], ask, limits());
    expect([answers.length, asked, failures]).toEqual([2, 2, []]);
    expect(shardsMs.map((ms) => ms >= 0)).toEqual([true, true]);
  });

  test('leaves out and names what fails', async () => {
    const { answers, asked, shardsMs, failures } = await scatter([answering(0), failing(2), answering(1)], ask, limits());
    expect([answers.length, asked, shardsMs.length]).toEqual([2, 3, 2]);
    expect(failures).toMatchObject([{ shard: 2, reason: 'shard 2: the vector node answered 500' }]);
  });

  test('leaves out what hangs, before the deadline', async () => {
    const { answers, failures } = await scatter([answering(0), hanging(1)], ask, limits(100));
    expect(answers.length).toBe(1);
    expect(failures).toMatchObject([{ shard: 1, reason: 'no answer within 90 ms' }]);
  });

  test('no shard at all is an error: unavailable, or deadline_exceeded when all hang', async () => {
    expect(await errorOf(scatter([failing(0), hanging(1)], ask, limits(50)))).toMatchObject({ code: 'unavailable' });
    expect(await errorOf(scatter([hanging(0), hanging(1)], ask, limits(50)))).toMatchObject({ code: 'deadline_exceeded' });
  });

  test('ends with the reason of the signal', async () => {
    const gone = new AbortController();
    const reason = new ApiError('deadline_exceeded', 'the caller closed the connection');
    const scattering = scatter([answering(0), hanging(1)], ask, limits(60_000, gone.signal));
    gone.abort(reason);
    expect(await errorOf(scattering)).toBe(reason);
  });
});

test('what is kept for merging grows with what remains, up to 250 ms', () => {
  expect([10, 1_000, 10_000].map(shardBudgetMs)).toEqual([9, 900, 9_750]);
});

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomStream } from '../policies/random-stream.ts';
import { type TestPostgres, testPostgres } from '../runtime/testing/postgres.ts';
import { append, type NewChange } from './append.ts';
import { createPool, type Pool } from './database.ts';
import { listDocuments } from './documents.ts';
import { migrate } from './migrations.ts';

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await testPostgres();
  pool = createPool(postgres.url);
  // Several indexers may start at once.
  await Promise.all([migrate(pool), migrate(pool), migrate(pool)]);
});

afterAll(async () => {
  await pool.end();
  await postgres[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await pool.query('TRUNCATE change_log, documents, jobs; UPDATE change_log_head SET last_sequence = 0');
});

const put = (docId: string, content = 'text'): NewChange => ({
  kind: 'put',
  doc_id: docId,
  content,
  knowledge_base: 'default',
  metadata: {},
});
const remove = (docId: string): NewChange => ({ kind: 'delete', doc_id: docId, knowledge_base: 'default' });

describe('with many appenders at once', () => {
  test('a reader that goes on after the last number it saw misses nothing', async () => {
    const second = createPool(postgres.url);
    const reader = new Client({ connectionString: postgres.url });
    await reader.connect();
    const appenders = 16;
    const appendsEach = 40;
    const sizes = randomStream(7, 'sizes');
    let written = 0;
    let done = false;
    const write = async (appender: number) => {
      for (let turn = 0; turn < appendsEach; turn += 1) {
        const changes = Array.from({ length: 1 + sizes.below(20) }, (_, index) => put(`doc-${appender}-${turn}-${index}`));
        const { firstSequence, lastSequence } = await append(appender % 2 === 0 ? pool : second, `tenant-${appender % 3}`, changes);
        expect(lastSequence - firstSequence + 1).toBe(changes.length);
        written += changes.length;
      }
    };
    const seen: number[] = [];
    const read = async () => {
      for (;;) {
        const last = done;
        const { rows } = await reader.query<{ sequence: string }>('SELECT sequence FROM change_log WHERE sequence > $1 ORDER BY sequence', [
          seen.at(-1) ?? 0,
        ]);
        seen.push(...rows.map(({ sequence }) => Number(sequence)));
        if (last && rows.length === 0) {
          return;
        }
      }
    };
    const reading = read();
    await Promise.all(Array.from({ length: appenders }, (_, appender) => write(appender)));
    done = true;
    await reading;
    await reader.end();
    await second.end();
    expect(written).toBeGreaterThan(appenders * appendsEach);
    expect(seen).toEqual(Array.from({ length: written }, (_, index) => index + 1));
  });

  test('the current state is what the last change says, whoever was slower', async () => {
    const draws = randomStream(11, 'documents');
    const ids = Array.from({ length: 12 }, (_, index) => `doc-${index}`);
    const write = async () => {
      for (let turn = 0; turn < 30; turn += 1) {
        const changes = Array.from({ length: 1 + draws.below(6) }, () => {
          const id = ids[draws.below(ids.length)] as string;
          return draws.uniform() < 0.4 ? remove(id) : put(id, `written in turn ${turn}`);
        });
        await append(pool, 'tenant', changes);
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    const { rows } = await pool.query<{ doc_id: string; kind: string; sequence: string }>(
      'SELECT DISTINCT ON (doc_id COLLATE "C") doc_id, kind, sequence FROM change_log ORDER BY doc_id COLLATE "C", sequence DESC',
    );
    const expected = rows.filter(({ kind }) => kind === 'put').map(({ doc_id, sequence }) => [doc_id, Number(sequence)]);
    const { documents } = await listDocuments(pool, { tenant: 'tenant', knowledgeBase: 'default', after: '', limit: 1000 });
    expect(rows.length).toBe(ids.length);
    expect(documents.map(({ doc_id, document_version }) => [doc_id, document_version])).toEqual(expected);
  });
});

test('an append that fails takes no number', async () => {
  await append(pool, 'tenant', [put('a')]);
  await expect(append(pool, 'tenant', [put('b'), put('c', 'not storable: \0')])).rejects.toThrow();
  expect(await append(pool, 'tenant', [put('d')])).toMatchObject({ firstSequence: 2, lastSequence: 2 });
});

test('one document twice in an append: both changes are in the log, the later one is the state', async () => {
  await append(pool, 'tenant', [put('a', 'first'), remove('a'), put('a', 'third')]);
  const { documents } = await listDocuments(pool, { tenant: 'tenant', knowledgeBase: 'default', after: '', limit: 10 });
  expect(documents).toEqual([{ doc_id: 'a', knowledge_base: 'default', document_version: 3 }]);
  expect((await pool.query('SELECT 1 FROM change_log')).rowCount).toBe(3);
});

test('pages are in byte order and end with null', async () => {
  const ids = ['b', 'A', 'ä', 'a', 'Z', '文', '10', '9'];
  await append(pool, 'tenant', [...ids.map((id) => put(id)), remove('Z')]);
  await append(pool, 'other', [put('foreign')]);
  const found: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const page: Awaited<ReturnType<typeof listDocuments>> = await listDocuments(pool, {
      tenant: 'tenant',
      knowledgeBase: 'default',
      after,
      limit: 3,
    });
    found.push(...page.documents.map(({ doc_id }) => doc_id));
    after = page.nextAfter;
  }
  const inByteOrder = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));
  expect(found).toEqual(ids.filter((id) => id !== 'Z').sort(inByteOrder));
});

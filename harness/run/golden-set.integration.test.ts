import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { single } from '../../scenarios/topologies.ts';
import { pointIdOf } from '../../system/api/point.ts';
import { type SearchResponse, searchResponseSchema } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { hashSharding } from '../../system/policies/sharding/hash.ts';
import type { Topology } from '../contract/topology.ts';
import { createExactRetrieval } from '../corpus/exact-retrieval.ts';
import { type GoldenQuestion, type GoldenSet, parseGoldenSet } from '../corpus/golden-set.ts';
import { type Grade, normalisedGain } from '../corpus/relevance.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { fill } from './fill.ts';

const dimensions = 128;
const shards = 3;
const k = 10;
const tenant = 'golden';
const variants: Record<'dense' | 'hybrid' | 'sharded', Topology> = {
  dense: single,
  hybrid: { ...single, id: 'hybrid', retrieval: 'hybrid' },
  sharded: { ...single, id: 'sharded', retrieval: 'hybrid', vector: { sharding: 'hash', shards } },
};
type VariantName = keyof typeof variants;

let runDirectory: string;
let set: GoldenSet;
let written: Written[];
const systems = new Map<VariantName, RunningSystem>();

interface Written {
  readonly id: string;
  readonly content: string;
}
const pointOf = (doc_id: string) => pointIdOf({ tenant, knowledge_base: 'default', doc_id });
const policy = hashSharding(shards);

/** A document with this text that belongs on this shard. */
function placedOn(shard: number, name: string, content: string): Written {
  for (let attempt = 0; ; attempt += 1) {
    const id = `${name}-${attempt}`;
    if (policy.shardOf(pointOf(id)) === shard) {
      return { id, content };
    }
  }
}

/**
 * The golden documents, and others with words of their own of which each shard has the same texts. Shards are
 * filled up to the same number of documents, so that these words are as rare on one as on all.
 */
function documentsOf({ documents }: GoldenSet): Written[] {
  const everyShard = Array.from({ length: shards }, (_, shard) => shard);
  const texts = Array.from({ length: 12 }, (_, index) => `${'kestrel '.repeat(index + 1)}${'heron '.repeat(14 - index)}wader${index % 4}`);
  const even = texts.flatMap((content, index) => everyShard.map((shard) => placedOn(shard, `even-${index}-${shard}`, content)));
  const sizes = everyShard.map((shard) => documents.filter(({ id }) => policy.shardOf(pointOf(id)) === shard).length);
  const padding = sizes.flatMap((size, shard) =>
    Array.from({ length: Math.max(...sizes) - size }, (_, index) => placedOn(shard, `padding-${shard}-${index}`, 'padding')),
  );
  return [...documents, ...even, ...padding];
}

beforeAll(async () => {
  runDirectory = await mkdtemp(join(tmpdir(), 'golden-'));
  set = parseGoldenSet(await readFile(new URL('../../fixtures/golden/questions.json', import.meta.url), 'utf8'));
  const platform = new LocalPlatform({ environment: { PATH: process.env.PATH, HOME: process.env.HOME } });
  written = documentsOf(set);
  const documents = written.map(({ id: doc_id, content }) => ({
    tenant,
    document: { doc_id, content, knowledge_base: 'default', metadata: {} },
  }));
  for (const variant of Object.keys(variants) as VariantName[]) {
    const system = await platform.start({
      runId: `golden-${process.pid}`,
      runDirectory,
      variant,
      topology: variants[variant],
      dimensions,
      conceptCount: set.space.concepts,
      conceptSeed: set.space.seed,
      tenants: [tenant],
    });
    systems.set(variant, system);
    await fill({ system, documents, signal: AbortSignal.timeout(60_000) });
  }
});

afterAll(async () => {
  await Promise.all([...systems.values()].map((system) => system.stop()));
  await rm(runDirectory, { recursive: true });
});

async function ask(variant: VariantName, queryText: string, more: object = {}): Promise<SearchResponse> {
  const { gateways, apiKeys } = systems.get(variant) as RunningSystem;
  const response = await fetch(`http://127.0.0.1:${gateways[0]?.port}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKeys[0]?.key ?? '' },
    body: JSON.stringify({ query_text: queryText, top_k: k, ...more }),
  });
  expect(response.status).toBe(200);
  return searchResponseSchema.parse(await response.json());
}
const idsOf = ({ results }: SearchResponse) => results.map(({ doc_id }) => doc_id);

function gain({ relevant }: GoldenQuestion, ids: readonly string[]): number {
  const grades = relevant as Record<string, Grade>;
  const shown = ids.map((id) => grades[id] ?? 0);
  return normalisedGain(shown, Object.values(grades), k) ?? Number.NaN;
}
async function meanGain(search: (question: GoldenQuestion) => Promise<string[]> | string[]): Promise<number> {
  let sum = 0;
  for (const question of set.questions) {
    sum += gain(question, await search(question));
  }
  return sum / set.questions.length;
}

describe('hybrid retrieval over three shards', () => {
  test('finds the code that dense search misses, and says that all shards answered', async () => {
    const codes = set.questions.filter(({ kind }) => kind === 'code');
    let missed = 0;
    for (const { text, relevant } of codes) {
      const [wanted] = Object.keys(relevant);
      const found = await ask('sharded', text);
      expect(idsOf(found)).toContain(wanted);
      expect(found.evidence).toMatchObject({ degraded: false, shards: { asked: shards, answered: shards } });
      expect(found.evidence.stages.map(({ stage }) => stage)).toEqual(['preprocess', 'embed', 'search', 'merge', 'fuse']);
      missed += idsOf(await ask('dense', text)).includes(wanted ?? '') ? 0 : 1;
    }
    expect(missed).toBeGreaterThan(codes.length / 2);
  });

  test('answers as one node does where terms are as rare on every shard as on all', async () => {
    // Lists of whole triples: the same text on each shard has the same scores, and the ids decide.
    for (const query of ['kestrel', 'heron', 'wader2 kestrel', 'wader1 heron']) {
      const [one, three] = [await ask('hybrid', query, { top_k: 12 }), await ask('sharded', query, { top_k: 12 })];
      expect(idsOf(three)).toEqual(idsOf(one));
      expect(three.results.map(({ score }) => score)).toEqual(one.results.map(({ score }) => score));
    }
  });

  test('a question without any term is answered by its embedding alone', async () => {
    expect((await ask('sharded', '?!')).results).toHaveLength(k);
  });
});

test('one node answers as well as exact lists would, on the whole golden set', async () => {
  // By point ids, because they decide among documents that are equally good.
  const names = new Map(written.map(({ id }) => [pointOf(id), id]));
  const exact = createExactRetrieval(
    createConceptSpace({ ...set.space, dimensions }),
    written.map(({ id, content }) => ({ id: pointOf(id), content })),
  );
  const named = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id);
  const live = await meanGain(async ({ text }) => idsOf(await ask('hybrid', text)));
  expect(live).toBeCloseTo(await meanGain(({ text }) => named(exact.hybrid(text, k))), 2);
  const reranked = await meanGain(async ({ text }) => idsOf(await ask('hybrid', text, { rerank: true })));
  expect(reranked).toBeGreaterThan(live);
  const expected = await meanGain(({ text }) => named(exact.reranked(text, k, (limit) => exact.hybrid(text, limit))));
  expect(reranked).toBeCloseTo(expected, 2);
  expect(await meanGain(async ({ text }) => idsOf(await ask('dense', text)))).toBeLessThan(live);
});

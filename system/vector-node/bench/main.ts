import { createDataset } from './dataset.ts';
import { residentBytes, startEmbedded, startReal } from './engines.ts';
import { buildReference } from './reference.ts';
import { fullPoints, readSettings } from './settings.ts';
import { intervalOf, quantile, ratiosOf } from './statistics.ts';
import { formatTable, type Row } from './table.ts';
import { Target } from './target.ts';

/*
 * How fast and how large the vector node is, held against the library that it searches with and, when RAG_TESTBED_QDRANT_BIN names
 * it, a real Qdrant. Targets are judged and printed; missing one is a finding, not a failure, so that the exit code is 0.
 */

const settings = readSettings(process.argv.slice(2));
const { points, size, ef, limit, rounds, roundMs, seed, isJudged } = settings;
process.stdout.write(
  `vector node: ${points} x ${size}, Cosine, m 16, ef_construct 100, ef ${ef}, limit ${limit}; ${rounds} interleaved rounds, seed ${seed}\n`,
);
if (!isJudged) {
  process.stdout.write(`a short form: targets are judged from ${fullPoints} points on, because below what is fixed outweighs what grows\n`);
}
const dataset = createDataset(settings);
const rateOf = (times: readonly number[]) => (times.length / times.reduce((sum, time) => sum + time, 0)) * 1000;
const rows: Row[] = [];

/** Engines that are started anew, so that one measurement leaves nothing to the next. */
async function startTargets(): Promise<AsyncDisposableStack & { readonly targets: Target[]; readonly emptyBytes: number[] }> {
  const stack = new AsyncDisposableStack();
  const targets: Target[] = [];
  const emptyBytes: number[] = [];
  for (const start of [startEmbedded, startReal]) {
    const engine = await start();
    if (engine !== undefined) {
      stack.use(engine);
      emptyBytes.push(residentBytes(engine.pid));
      targets.push(stack.use(await Target.open(engine, dataset, settings)));
    }
  }
  return Object.assign(stack, { targets, emptyBytes });
}

// Building: the library and the engines in turn, each round from nothing.
const buildRounds = Math.min(3, rounds);
const builds = { f16: [] as number[], f32: [] as number[] };
const ingests: number[][] = [];
let f16 = await buildReference('f16', dataset, settings);
let f32 = await buildReference('f32', dataset, settings);
await using engines = await startTargets();
const { targets, emptyBytes } = engines;
const upserts = (targets[0] as Target).upserts();
for (const [index, target] of targets.entries()) {
  // The measured engines get everything once; their rate counts as the first round.
  ingests[index] = [await target.ingest(upserts)];
}
builds.f16.push(f16.buildRatePerSecond);
builds.f32.push(f32.buildRatePerSecond);
for (let round = 1; round < buildRounds; round += 1) {
  f16 = await buildReference('f16', dataset, settings);
  f32 = await buildReference('f32', dataset, settings);
  builds.f16.push(f16.buildRatePerSecond);
  builds.f32.push(f32.buildRatePerSecond);
  await using others = await startTargets();
  for (const [index, target] of others.targets.entries()) {
    ingests[index]?.push(await target.ingest(upserts));
  }
}

// Searching.
const inProcess = { f16: [] as number[], f32: [] as number[] };
const raw = new Map(targets.map((each) => [each, [] as number[]]));
const byClient = new Map(targets.map((each) => [each, [] as number[]]));
const idle = new Map(targets.map((each) => [each, [] as number[]]));
for (let round = -1; round < rounds; round += 1) {
  // Round -1 warms everything up.
  const keep = (list: number[] | undefined, value: number) => (round >= 0 ? list?.push(value) : 0);
  keep(inProcess.f16, f16.searchRatePerSecond(roundMs));
  keep(inProcess.f32, f32.searchRatePerSecond(roundMs));
  for (const each of targets) {
    const times = await each.searchTimes((elapsedMs) => elapsedMs >= roundMs);
    keep(raw.get(each), rateOf(times));
    if (round >= 0) {
      idle.get(each)?.push(...times);
    }
    keep(byClient.get(each), rateOf(await each.clientSearchTimes(roundMs)));
  }
}

const vectorBytes = points * size * Float32Array.BYTES_PER_ELEMENT;
for (const [index, each] of targets.entries()) {
  const { name, pid } = each.engine;
  const isGated = name === 'embedded';
  const recall = await each.recall();
  const resident = residentBytes(pid) - (emptyBytes[index] as number);
  const rates = raw.get(each) as number[];
  const ingestRates = ingests[index] as number[];
  const { whileAdding, whileIndexing } = await each.searchTimesWhileIndexing();
  const idleP99Ms = quantile(idle.get(each) as number[], 0.99);
  const count = `recall ${recall.toFixed(4)}`;
  rows.push(
    { engine: name, what: 'search, HTTP, 1 connection', unit: '/s', value: intervalOf(rates), note: count },
    {
      engine: name,
      what: 'search rate : usearch f32 in process',
      unit: 'x',
      value: ratiosOf(rates, inProcess.f32),
      ...(isGated ? { atLeast: 0.5 } : {}),
      note: `recall ${recall.toFixed(4)} : ${f32.recall.toFixed(4)}`,
    },
    {
      engine: name,
      what: 'search rate : usearch f16 in process',
      unit: 'x',
      value: ratiosOf(rates, inProcess.f16),
      note: `recall ${recall.toFixed(4)} : ${f16.recall.toFixed(4)}`,
    },
    { engine: name, what: 'search, @qdrant/js-client-rest', unit: '/s', value: intervalOf(byClient.get(each) as number[]), note: count },
    { engine: name, what: 'ingest to indexed, wait=false', unit: '/s', value: intervalOf(ingestRates), note: `${buildRounds} rounds` },
    {
      engine: name,
      what: 'ingest rate : usearch f16 building',
      unit: 'x',
      value: ratiosOf(ingestRates, builds.f16),
      ...(isGated ? { atLeast: 0.5 } : {}),
      note: '1 indexing thread each',
    },
    {
      engine: name,
      what: 'ingest rate : usearch f32 building',
      unit: 'x',
      value: ratiosOf(ingestRates, builds.f32),
      note: '1 indexing thread each',
    },
    { engine: name, what: 'search p99, idle', unit: 'ms', value: intervalOf([idleP99Ms]), note: `${idle.get(each)?.length} searches` },
    {
      engine: name,
      what: 'search p99 while indexing : idle',
      unit: 'x',
      value: intervalOf([quantile(whileIndexing, 0.99) / idleP99Ms]),
      ...(isGated ? { atMost: 3 } : {}),
      note: `${whileIndexing.length} searches, ${dataset.additional.length} points more`,
    },
    {
      engine: name,
      what: 'search p99 while points come : idle',
      unit: 'x',
      value: intervalOf([quantile(whileAdding, 0.99) / idleP99Ms]),
      note: `${whileAdding.length} searches, batches of ${settings.upsertBatch}`,
    },
    {
      engine: name,
      what: 'resident - empty : vector bytes',
      unit: 'x',
      value: intervalOf([resident / vectorBytes]),
      ...(isGated ? { atMost: 2 } : {}),
      note: `${(resident / 1e6).toFixed(0)} MB : ${(vectorBytes / 1e6).toFixed(0)} MB`,
    },
  );
}
for (const [reference, rates, built] of [
  [f16, inProcess.f16, builds.f16],
  [f32, inProcess.f32, builds.f32],
] as const) {
  const note = `recall ${reference.recall.toFixed(4)}`;
  rows.push(
    { engine: reference.name, what: 'search', unit: '/s', value: intervalOf(rates), note },
    { engine: reference.name, what: 'build', unit: '/s', value: intervalOf(built), note: '' },
  );
}
process.stdout.write(formatTable(rows, isJudged ? undefined : `judged at ${fullPoints} points`));
if (targets.length === 1) {
  process.stdout.write('RAG_TESTBED_QDRANT_BIN names no real Qdrant to compare with.\n');
}

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createZstdCompress } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { cachePolicies } from '../../system/policies/caching/index.ts';
import type { PolicyEntry } from '../../system/policies/caching/policy.ts';
import { randomStream } from '../../system/policies/random-stream.ts';
import { createZipf } from '../corpus/zipf.ts';
import { TraceCollector } from '../simulation/cache-replay/trace-collector.ts';
import { readTrace } from '../traces/read-trace.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';

/*
 * What a replay costs against a bare loop over the same keys: `lru-cache`, get and on a miss set, is 1. Loop and policies take
 * turns in one process, in another order each round, and the table has the median of the ratios of the rounds. Bytes per entry
 * are those of the heap and of array buffers when the cache is full. The last row streams an oracleGeneral file compressed by zstd.
 */
const help = `npm run bench:cache-replay -- [--short] [--requests N] [--rounds N] [--stream-requests N]

  --short              small traces: produces every row, decides nothing
  --requests N         of the trace that every policy replays (default 2000000)
  --rounds N           of all policies and the bare loop (default 7)
  --stream-requests N  of the streamed trace (default 100000000, about 20 bytes each on disk)
`;

const targets = { lru: 0.8, others: 0.2 };
const exponent = 0.8;
/** Of the keys, as entries of the cache. */
const capacityShare = 0.1;
const recordBytes = 24;

interface Settings {
  readonly requests: number;
  readonly rounds: number;
  readonly streamRequests: number;
  readonly isShort: boolean;
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, short: flag, requests: text, rounds: text, 'stream-requests': text };
  const { values, whole } = benchWords(help, words, options);
  const isShort = values.short === true;
  return values.help === true
    ? undefined
    : {
        requests: whole('requests', values.requests ?? (isShort ? '200000' : '2000000'), 1, 50_000_000),
        rounds: whole('rounds', values.rounds ?? (isShort ? '3' : '7'), 1, 100),
        streamRequests: whole('stream-requests', values['stream-requests'] ?? (isShort ? '2000000' : '100000000'), 1, 1_000_000_000),
        isShort,
      };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** Zipf over a tenth as many keys as requests. */
function keysOf(requests: number): Uint32Array {
  const zipf = createZipf(Math.max(100, requests / 10), exponent);
  const random = randomStream(1, 'bench:cache-replay');
  return Uint32Array.from({ length: requests }, () => zipf.rankAt(random.uniform()));
}

type Loop = (keys: Uint32Array) => number;

/** What a program writes that knows no policies; the misses keep the loop from being optimised away. */
function bareLoop(capacity: number): Loop {
  return (keys) => {
    const cache = new LRUCache<number, true>({ max: capacity });
    let misses = 0;
    for (const key of keys) {
      if (cache.get(key) === undefined) {
        misses += 1;
        cache.set(key, true);
      }
    }
    return misses;
  };
}

function policyLoop(policy: PolicyEntry, capacity: number): Loop {
  return (keys) => {
    const cache = policy.create<number>({ limits: { maximumEntries: capacity }, random: randomStream(1, 'bench:policy') });
    let misses = 0;
    for (const key of keys) {
      if (!cache.get(key)) {
        misses += 1;
        cache.set(key, 1);
      }
    }
    return misses;
  };
}

/** The collector of the engine, without starting Node with a flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Heap and array buffers that a full cache holds, per entry. */
function bytesPerEntry(policy: PolicyEntry, keys: Uint32Array, capacity: number, collect: () => void): number {
  const used = () => {
    // Twice, because what the first finds dead may have held on to more.
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const cache = policy.create<number>({ limits: { maximumEntries: capacity }, random: randomStream(1, 'bench:policy') });
  for (const key of keys) {
    if (!cache.get(key)) {
      cache.set(key, 1);
    }
  }
  const bytes = used() - before;
  // Asked after the measurement, so that the cache is still there during it.
  return bytes / Math.max(1, cache.entries);
}

/** A trace of 100 windows of keys that drift, in pieces, so that writing it takes no memory either. */
function* records(requests: number): Generator<Buffer> {
  const perPiece = 50_000;
  const zipf = createZipf(1_000_000, exponent);
  const random = randomStream(2, 'bench:stream');
  for (let from = 0; from < requests; from += perPiece) {
    const count = Math.min(perPiece, requests - from);
    const piece = Buffer.alloc(count * recordBytes);
    const drift = Math.floor((100 * from) / requests) * 50_000;
    for (let index = 0; index < count; index += 1) {
      const at = index * recordBytes;
      piece.writeUInt32LE(Math.floor((from + index) / 1000), at);
      piece.writeUInt32LE(zipf.rankAt(random.uniform()) + drift, at + 4);
      piece.writeUInt32LE(1 + (index % 4096), at + 12);
      piece.writeBigInt64LE(-1n, at + 16);
    }
    yield piece;
  }
}

interface Streamed {
  readonly requestsPerSecond: number;
  readonly peakBytes: number;
  readonly heldRequests: number;
  readonly sampleRate: number;
}

/** Reads a file as the command does, into the sample that twelve policies at seven sizes would get. */
async function stream(file: string, signal: AbortSignal): Promise<Streamed> {
  const collector = new TraceCollector({ requestBudget: 1_000_000, sampleRate: 1 });
  let peakBytes = 0;
  const started = performance.now();
  await readTrace(
    {
      file,
      format: 'oracle-general',
      drawKey: undefined,
      signal,
      onProgress: () => {
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      },
    },
    collector,
  );
  const seconds = (performance.now() - started) / 1000;
  const { totals, requests, sampleRate } = collector.finish();
  return { requestsPerSecond: totals.requests / seconds, peakBytes, heldRequests: requests, sampleRate };
}

function row(...cells: readonly string[]): void {
  const widths = [14, 12, 10, 8, 16, 18];
  process.stdout.write(
    `${cells
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('')
      .trimEnd()}\n`,
  );
}

async function measure({ requests, rounds, streamRequests, isShort }: Settings, signal: AbortSignal): Promise<void> {
  const note = (text: string) => process.stderr.write(`${text}\n`);
  // Streamed first, so that its peak is its own and not that of the loops before it.
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-'));
  let streamed: Streamed;
  let fileBytes: number;
  try {
    const file = path.join(folder, 'trace.oracleGeneral.zst');
    note(`writing ${streamRequests} requests`);
    await pipeline(Readable.from(records(streamRequests)), createZstdCompress(), createWriteStream(file), { signal });
    fileBytes = (await stat(file)).size;
    note('streaming them');
    streamed = await stream(file, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  const keys = keysOf(requests);
  const keyCount = new Set(keys).size;
  const capacity = Math.max(10, Math.floor(keyCount * capacityShare));
  const policies = Object.entries(cachePolicies);
  const loops = [{ id: 'bare', loop: bareLoop(capacity) }, ...policies.map(([id, entry]) => ({ id, loop: policyLoop(entry, capacity) }))];
  const ratios = new Map<string, number[]>(policies.map(([id]) => [id, []]));
  const rates: number[] = [];
  // The first round warms compilers up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const seconds = new Map<string, number>();
    for (let turn = 0; turn < loops.length; turn += 1) {
      signal.throwIfAborted();
      const { id, loop } = loops[(turn + round * 5) % loops.length] as (typeof loops)[number];
      const started = performance.now();
      loop(keys);
      seconds.set(id, (performance.now() - started) / 1000);
      // Lets an interruption be heard.
      await new Promise(setImmediate);
    }
    const bare = seconds.get('bare') ?? Number.NaN;
    if (round > 0) {
      rates.push(requests / bare);
      for (const [id, list] of ratios) {
        list.push(bare / (seconds.get(id) ?? Number.NaN));
      }
    }
  }
  const collect = garbageCollector();
  process.stdout.write(
    `replay of ${requests} requests for ${keyCount} keys (Zipf ${exponent}), cache of ${capacity} entries, ${rounds} interleaved rounds\nbare get/set loop of lru-cache: ${(median(rates) / 1e6).toFixed(2)} million requests/s = 1\n\n`,
  );
  row('policy', 'ratio', 'lowest', 'target', 'verdict', 'bytes per entry');
  let missed = 0;
  for (const [id, entry] of policies) {
    const list = ratios.get(id) ?? [];
    const target = id === 'lru' ? targets.lru : targets.others;
    const isMet = median(list) >= target;
    missed += isMet ? 0 : 1;
    row(
      entry.title,
      `${median(list).toFixed(2)} ×`,
      Math.min(...list).toFixed(2),
      `≥ ${target}`,
      isShort ? 'not judged' : isMet ? 'met' : 'missed',
      bytesPerEntry(entry, keys, capacity, collect).toFixed(0),
    );
  }
  const { requestsPerSecond, peakBytes, heldRequests, sampleRate } = streamed;
  process.stdout.write(
    `\noracleGeneral, zstd: ${streamRequests} requests (${(fileBytes / 1e6).toFixed(0)} MB) at ${(requestsPerSecond / 1e6).toFixed(2)} million requests/s, resident memory at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB, ${heldRequests} requests held (${(100 * sampleRate).toPrecision(3)} % of the keys)\n`,
  );
  process.stdout.write(isShort ? 'short form: nothing is judged\n' : `${policies.length - missed} of ${policies.length} targets met\n`);
}

await benchCommand(help, readSettings, measure);

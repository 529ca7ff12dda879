import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { withLifetime } from '../../../system/policies/caching/with-lifetime.ts';
import { randomStream } from '../../../system/policies/random-stream.ts';
import type { CacheReplay, CacheReplayPoint } from '../../contract/cache-replay.ts';
import { Failure } from '../../contract/failure.ts';
import { stackDistances } from '../../measurement/workload/stack-distances.ts';
import { boundsOf } from '../../simulation/cache-replay/bounds.ts';
import { findingsOf } from '../../simulation/cache-replay/findings.ts';
import { footprintOf } from '../../simulation/cache-replay/footprint.ts';
import { lensesOf } from '../../simulation/cache-replay/lenses.ts';
import { lruCurve } from '../../simulation/cache-replay/lru-curve.ts';
import {
  differenceInterval,
  intervalAround,
  leastSize,
  miniatureSize,
  type Ratios,
  ratiosOf,
} from '../../simulation/cache-replay/ratios.ts';
import { replay } from '../../simulation/cache-replay/replay.ts';
import { askedSize, resolvedSizes } from '../../simulation/cache-replay/sizes.ts';
import { subsampleCount, subsampleOf, type Trace } from '../../simulation/cache-replay/trace.ts';
import { traceFormats } from '../../traces/formats/index.ts';
import { provenanceOf } from '../provenance.ts';
import { newRunId } from '../run-folder.ts';
import { loadTrace, readShare } from './load-trace.ts';
import type { CacheReplayOptions, NamedPolicy } from './options.ts';

/** One policy or bound at one size of the cache, over a trace or one of its subsamples. */
type Judge = (part: Trace, size: number) => Ratios;

function policyJudge(policy: NamedPolicy, { limit, lifetime, seed }: CacheReplayOptions): Judge {
  return (part, size) => {
    const random = randomStream(seed, `cache-replay:${policy.id}`);
    const parts = { limits: limit === 'entries' ? { maximumEntries: size } : { maximumBytes: size }, random };
    if (lifetime === undefined) {
      return ratiosOf(replay(part, policy.create<number>(parts)), part);
    }
    let nowMs = 0;
    const mortal = withLifetime<number>(policy, parts, lifetime.create(random), () => nowMs);
    const setClock = (seconds: number) => {
      nowMs = seconds * 1000;
    };
    return ratiosOf(replay(part, mortal, setClock), part);
  };
}

/**
 * Replays a trace through policies × sizes and judges what it finds. Exact where the whole trace fits the budget,
 * otherwise on a share of the keys, with intervals. Throws `Failure`: what is wrong with the trace or the sizes (78), an
 * empty trace or a sample that holds next to nothing (97), an interruption (130).
 */
export async function cacheReplay(options: CacheReplayOptions): Promise<CacheReplay> {
  const startedAt = new Date();
  const { limit, policies, onProgress, onNote, lifetime } = options;
  const asked = options.sizes.map((text) => askedSize(text, limit));
  const { trace, compression } = await loadTrace(options);
  const sampled = trace.sampleRate < 1;
  const keys = Math.round(trace.keys / trace.sampleRate);
  const footprintBytes = footprintOf(trace);
  const everything = limit === 'entries' ? keys : footprintBytes;
  const sizes = resolvedSizes(asked, everything, limit);
  const least = leastSize(trace.sampleRate) * (limit === 'entries' ? 1 : everything / keys);
  const replayed = sampled ? sizes.filter((size) => size >= least) : sizes;
  const rateText = `${Number((100 * trace.sampleRate).toPrecision(3))} %`;
  if (replayed.length === 0) {
    throw new Failure(
      'noData',
      'sample_too_small',
      `no size reaches ${Math.ceil(least)} ${limit}, which ${rateText} of the keys can stand for`,
      {
        hint: 'ask for larger sizes, a larger --sample, or --sample none',
      },
    );
  }
  onNote(
    sampled
      ? `the trace is sampled: ${rateText} of the keys with all their requests, ${trace.requests} of ${trace.totals.requests}; figures are estimates with 95 % intervals`
      : `the replay is exact: all ${trace.requests} requests`,
  );
  onProgress(readShare, 'stack distances and lenses');
  const subsamples = sampled ? Array.from({ length: subsampleCount }, (_, place) => subsampleOf(trace, place)) : [];
  const distances = stackDistances(trace.key, trace.keys);
  const lenses = lensesOf(trace, distances, randomStream(options.seed, 'cache-replay:lenses'));
  const bounds = boundsOf({ limit, longestLifetimeSeconds: lifetime?.longestSeconds });

  const judges = [
    ...policies.map((policy) => ({ title: policy.title, judge: policyJudge(policy, options) })),
    ...bounds.map((bound) => ({ title: bound.title, judge: (part: Trace, size: number) => ratiosOf(bound.misses(part, size), part) })),
  ];
  const rows: Judged[][] = [];
  for (const [place, { title, judge }] of judges.entries()) {
    const row: Judged[] = [];
    for (const [step, size] of replayed.entries()) {
      const done = (place * replayed.length + step) / (judges.length * replayed.length);
      await pause(options, readShare + 0.05 + (0.95 - readShare) * done, `${title} at ${size} ${limit}`);
      row.push(judgedAt(size, judge, trace, subsamples));
    }
    rows.push(row);
  }
  const policyRows = rows.slice(0, policies.length);
  const results = policies.map(({ id, title, source }, place) => ({
    id,
    title,
    source,
    points: (policyRows[place] ?? []).map((judged, at) => pointOf(judged, bestAt(policyRows, at))),
  }));
  const boundResults = bounds.map(({ id, title, exact, note }, place) => ({
    id,
    title,
    exact,
    note,
    points: (rows[policies.length + place] ?? []).map((judged) => pointOf(judged, undefined)),
  }));
  const comparedPlace = Math.floor((replayed.length - 1) / 2);
  const comparedSize = replayed[comparedPlace] ?? 1;
  const compared = {
    comparedSize,
    sizeBytes: trace.sizeBytes,
    subsamples: Object.fromEntries(policies.map(({ id }, place) => [id, policyRows[place]?.[comparedPlace]?.parts ?? []])),
  };
  const { totals } = trace;
  const format = traceFormats[options.format];
  return {
    kind: 'cache-replay',
    schemaVersion: 1,
    runId: newRunId('cache-replay', startedAt),
    seed: options.seed,
    trace: {
      file: path.basename(options.file),
      format: options.format,
      formatTitle: format.title,
      compression,
      requests: totals.requests,
      keys,
      ...(trace.sizeBytes !== undefined && { footprintBytes }),
      ...(trace.timeSeconds !== undefined && { spanSeconds: trace.spanSeconds }),
      ...(trace.tokens !== undefined && { totalTokens: totals.tokens }),
      ...(trace.seconds !== undefined && { totalSeconds: totals.seconds }),
      ...(options.drawnKeys !== undefined && !format.hasKeys && { drawnKeys: { ...options.drawnKeys } }),
    },
    sampling: { rate: trace.sampleRate, requests: trace.requests, keys: trace.keys },
    limit,
    ...(lifetime !== undefined && { lifetime: { expiry: lifetime.expiry, ttl: lifetime.ttl } }),
    sizesLeftOut: sizes.filter((size) => !replayed.includes(size)),
    policies: results,
    ...(limit === 'entries' && lifetime === undefined && { lruCurve: lruCurve(trace, distances, subsamples) }),
    bounds: boundResults,
    lenses,
    comparedSize,
    findings: findingsOf({ policies: results, bounds: boundResults, lenses, limit, ...compared }),
    provenance: await provenanceOf({ startedAt, configuration: configurationOf(options), command: options.command }),
  };
}

/** Ratios over the whole trace and, where it is a sample, over each of its parts. */
interface Judged {
  readonly size: number;
  readonly whole: Ratios;
  readonly parts: readonly number[];
}

function judgedAt(size: number, judge: Judge, trace: Trace, subsamples: readonly Trace[]): Judged {
  const at = (part: Trace) => judge(part, miniatureSize(size, part.sampleRate));
  return { size, whole: at(trace), parts: subsamples.map((part) => at(part).missRatio) };
}

function pointOf({ size, whole, parts }: Judged, best: Judged | undefined): CacheReplayPoint {
  const difference = whole.missRatio - (best?.whole.missRatio ?? 0);
  const isSampled = parts.length > 0;
  return {
    size,
    ...whole,
    ...(isSampled && { interval: intervalAround(whole.missRatio, parts) }),
    ...(best !== undefined && {
      aboveBest: { difference, ...(isSampled && { interval: differenceInterval(difference, parts, best.parts) }) },
    }),
  };
}

/** The policy with the fewest misses at a place of the sizes. */
function bestAt(rows: readonly (readonly Judged[])[], place: number): Judged | undefined {
  return rows.flatMap((row) => row[place] ?? []).toSorted((a, b) => a.whole.missRatio - b.whole.missRatio)[0];
}

/** Between replays progress is drawn and an interruption is heard. */
async function pause({ signal, onProgress }: CacheReplayOptions, share: number, message: string): Promise<void> {
  onProgress(share, message);
  await setImmediate();
  if (signal.aborted) {
    throw new Failure('interrupted', 'interrupted', 'the replay was interrupted before it was complete');
  }
}

/** What decides the figures, without how they are told. */
function configurationOf({ file, format, policies, sizes, limit, lifetime, sample, drawnKeys, seed }: CacheReplayOptions): unknown {
  return {
    file: path.basename(file),
    format,
    policies: policies.map(({ id }) => id),
    sizes,
    limit,
    lifetime: lifetime && { expiry: lifetime.expiry, ttl: lifetime.ttl },
    sample,
    drawnKeys,
    seed,
  };
}

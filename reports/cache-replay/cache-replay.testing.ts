import type { CacheReplay, CacheReplayPoint } from '../../harness/contract/cache-replay.ts';

/** Results that no trace made, for what a page has to show and bear; figures are invented and consistent. */

const sizes = [50, 100, 200, 400, 800, 1600];

function points(at: (size: number) => number, interval: number | undefined): CacheReplayPoint[] {
  return sizes.map((size) => {
    const missRatio = Math.min(1, Math.max(0, at(size)));
    return {
      size,
      missRatio,
      tokenMissRatio: Math.min(1, missRatio * 1.1),
      ...(interval !== undefined && {
        interval: { low: Math.max(0, missRatio - interval), high: Math.min(1, missRatio + interval), confidence: 0.95 },
      }),
    };
  });
}

const policies = [
  ['lru', 'LRU', 0.06],
  ['fifo', 'FIFO', 0.1],
  ['lfu', 'LFU', 0.04],
  ['arc', 'ARC', 0.02],
  ['s3-fifo', 'S3-FIFO', 0],
  ['sieve', 'SIEVE', 0.01],
] as const;

function replayed(interval?: number): CacheReplay {
  const ratio = (size: number) => 1.05 - Math.log(size) / 9;
  return {
    kind: 'cache-replay',
    schemaVersion: 1,
    runId: 'cache-replay-20261121-120000-test',
    seed: 1,
    trace: {
      file: 'week.csv.zst',
      format: 'csv',
      formatTitle: 'CSV with the columns key, time, size, cost_tokens, cost_seconds',
      compression: 'zstd',
      requests: 1_250_000,
      keys: 48_000,
      spanSeconds: 604_800,
      totalTokens: 3_000_000_000,
    },
    sampling: {
      rate: interval === undefined ? 1 : 0.0625,
      requests: interval === undefined ? 1_250_000 : 78_000,
      keys: interval === undefined ? 48_000 : 3000,
    },
    limit: 'entries',
    sizesLeftOut: interval === undefined ? [] : [10, 20],
    policies: policies.map(([id, title, above]) => ({
      id,
      title,
      source: 'a paper',
      points: points((size) => ratio(size) + above, interval).map((point) => ({
        ...point,
        aboveBest: {
          difference: above,
          ...(interval !== undefined && { interval: { low: above - 0.012, high: above + 0.012, confidence: 0.95 } }),
        },
      })),
    })),
    lruCurve: Array.from({ length: 40 }, (_, step) => {
      const size = Math.round(50 * 32 ** (step / 39));
      return { size, missRatio: Math.max(0, ratio(size) + 0.06) };
    }),
    bounds: [
      {
        id: 'belady',
        title: 'Belady',
        exact: true,
        note: 'No policy misses fewer requests.',
        points: points((size) => ratio(size) - 0.15, interval),
      },
    ],
    lenses: {
      popularity: {
        exponent: 0.82,
        interval: { low: 0.81, high: 0.83, confidence: 0.95 },
        population: 61_000,
        kolmogorovSmirnov: 0.012,
        pValue: 0.4,
        bootstraps: 199,
        expectedOnceShare: 0.3,
      },
      ranks: Array.from({ length: 60 }, (_, index) => ({
        rank: index * 20 + 1,
        requests: Math.round(20_000 / (index * 20 + 1) ** 0.82),
        fitted: 20_000 / (index * 20 + 1) ** 0.82,
      })),
      once: { keyShare: 0.34, requestShare: 0.12 },
      reuse: {
        firstShare: 0.2,
        medianDistance: 310,
        buckets: Array.from({ length: 14 }, (_, index) => ({ upTo: 2 ** index, share: 0.8 / 14 })),
        repeatsWithin: [
          { seconds: 60, share: 0.1 },
          { seconds: 300, share: 0.3 },
          { seconds: 3600, share: 0.6 },
          { seconds: 86_400, share: 1 },
        ],
      },
      drift: {
        windows: 10,
        requestsPerWindow: 125_000,
        topKeys: 100,
        observed: { topKept: 0.4, workingSetKept: 0.5, rankChange: 12 },
        shuffled: { topKept: 0.9, workingSetKept: 0.8, rankChange: 3 },
      },
      workingSet: Array.from({ length: 40 }, (_, index) => ({
        requestShare: (index + 1) / 40,
        seconds: index * 15_120,
        distinct: 4000,
        cumulative: 1200 * (index + 1),
      })),
    },
    comparedSize: 200,
    findings: [
      { rule: 'probation', agrees: true, policy: 's3-fifo', rival: 'lru', difference: 0.06, evidence: 0.34 },
      { rule: 'drift', agrees: true, policy: 's3-fifo', rival: 'lfu', difference: 0.04, evidence: 0.56 },
      { rule: 'frequency', agrees: false, policy: 'lfu', rival: 'lru', difference: 0.001, evidence: 0.82 },
      { rule: 'recency', agrees: false, policy: 'lru', difference: 0.21, evidence: 310 },
      { rule: 'loop', agrees: true, policy: 's3-fifo', rival: 'lru', difference: 0.06, evidence: 0.3 },
      { rule: 'size-aware', agrees: false, policy: 'arc', rival: 's3-fifo', difference: -0.02, evidence: 1.4 },
      { rule: 'first-requests', agrees: false, policy: 's3-fifo', difference: 0.3, evidence: 0.2 },
    ],
    provenance: {
      version: '0.1.0',
      configurationHash: 'a'.repeat(64),
      command: 'npm run -s scenario -- simulate cache --trace week.csv.zst --format csv',
      startedAt: '2026-11-21T12:00:00.000Z',
      finishedAt: '2026-11-21T12:00:09.000Z',
      node: 'v26.10.0',
      operatingSystem: 'Linux 6.1 x64',
      cpuModel: 'a processor',
      cpuCount: 2,
      memoryBytes: 8 * 2 ** 30,
      versions: {},
    },
  };
}

/** The least that a replay can hold: one policy, one size, no bound, a trace of repeats of nothing. */
function bare(): CacheReplay {
  const { trace, lenses, lruCurve: _curve, ...rest } = replayed();
  const { spanSeconds: _span, totalTokens: _tokens, ...plainTrace } = trace;
  const { popularity: _popularity, drift: _drift } = lenses;
  return {
    ...rest,
    trace: { ...plainTrace, drawnKeys: { keys: 500, exponent: 0.8, neverRepeatedShare: 0.3 } },
    policies: [{ id: 'lru', title: 'LRU', source: 'a library', points: [{ size: 200, missRatio: 1 }] }],
    bounds: [],
    lenses: {
      ranks: [{ rank: 1, requests: 1 }],
      once: { keyShare: 1, requestShare: 1 },
      reuse: { firstShare: 1, buckets: [] },
      workingSet: [{ requestShare: 1, distinct: 1, cumulative: 1 }],
    },
    findings: [],
  };
}

function byBytes(): CacheReplay {
  const { lruCurve: _curve, ...result } = replayed();
  const grown = <P extends { points: CacheReplayPoint[] }>(line: P): P => ({
    ...line,
    points: line.points.map((point) => ({ ...point, size: point.size * 3_000_000, byteMissRatio: point.missRatio })),
  });
  return {
    ...result,
    limit: 'bytes',
    comparedSize: 200 * 3_000_000,
    policies: result.policies.map(grown),
    bounds: result.bounds.map((bound) => grown({ ...bound, exact: false })),
    lifetime: { expiry: 'tiered', ttl: '60,3:600' },
  };
}

function hostile(): CacheReplay {
  const word = '</style><script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e';
  const result = replayed();
  return {
    ...result,
    trace: { ...result.trace, file: word },
    policies: result.policies.map((policy) => ({ ...policy, title: `${word}${policy.id}`, source: word })),
    provenance: { ...result.provenance, command: word, cpuModel: word },
  };
}

export const everyReplay = { exact: () => replayed(), sampled: () => replayed(0.015), bare, byBytes };
export const hostileReplay = hostile;

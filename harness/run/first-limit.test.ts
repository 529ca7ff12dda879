import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OverloadSecond } from '../contract/overload.ts';
import type { ServerSeries } from '../contract/server-series.ts';
import { firstLimit, lowLoadMs, type Overloaded } from './first-limit.ts';

const seconds = 40;
const heapLimitBytes = 200_000_000;
type Point = ServerSeries['points'][number];

/** A ramp on which nothing happens: 2 s answers, a quiet server, and a pool with room. */
interface Ramp {
  readonly second?: (second: number) => Partial<OverloadSecond>;
  readonly query?: (second: number) => Partial<Point>;
  readonly vector?: (second: number) => Partial<Point>;
  readonly rest?: Partial<Overloaded>;
}

const answered = (meanMs: number) => ({ responseMs: { mean: meanMs, p50: meanMs, p95: meanMs * 2 } });
const failing = (count: number, refused = 0): Partial<OverloadSecond> => ({
  succeeded: 50 - count,
  failed: { 'http-5xx': count },
  refusedByProvider: refused,
});
const pool = (inUse: number, waiting: number): Pick<Point, 'pools'> => ({ pools: [{ peer: 'vector', inUse, waiting }] });

function ramp({ second = () => ({}), query = () => ({}), vector = () => ({}), rest = {} }: Ramp): Overloaded {
  const each = Array.from({ length: seconds }, (_, index) => index);
  const quiet: Omit<Point, 'seconds'> = { cpuCores: 0.2, eventLoopUtilisation: 0.2, heapUsedBytes: 60_000_000, inFlight: 10 };
  return {
    seconds: each.map((index) => ({
      second: index,
      ratePerSecond: index,
      arrivals: 50,
      succeeded: 50,
      failed: {},
      refusedByProvider: 0,
      ...answered(2000),
      ...second(index),
    })),
    servers: [
      {
        tier: 'query',
        id: 'query-0',
        heapLimitBytes,
        points: each.map((index) => ({ seconds: index, ...quiet, ...pool(2, 0), ...query(index) })),
      },
      { tier: 'vector', id: 'vector-0', points: each.map((index) => ({ seconds: index, cpuCores: 0.1, ...vector(index) })) },
    ],
    ended: [],
    cores: 2,
    quotas: {},
    connections: { vector: 4 },
    ...rest,
  };
}

const from =
  <T>(start: number, value: T) =>
  (second: number): T | Record<string, never> =>
    second >= start ? value : {};
const found = (given: Ramp) => firstLimit(ramp(given));
const slow = from(20, answered(15_000));

describe('what gave out first', () => {
  it('is nothing while answers stay as they were and nothing fails', () => {
    expect(found({})).toEqual({ first: { kind: 'none', evidence: expect.stringContaining('nothing gave out') }, signs: [] });
  });

  it('is the memory of a process that ended out of memory, from when its heap filled up', () => {
    const full = (second: number) => ({ heapUsedBytes: second < 10 ? 60_000_000 : Math.min(199_000_000, 60_000_000 + second * 8_000_000) });
    const end = { part: 'query-0', atSecond: 25, outOfMemory: true, how: 'query-0 ended with signal SIGABRT' };
    const { first } = found({ query: full, rest: { ended: [end] }, second: from(25, failing(50)) });
    expect(first).toMatchObject({ kind: 'memory', atSecond: 10 });
    expect(first.evidence).toContain('query-0 ended out of memory after 25 s');
    expect(first.evidence).toContain('191 MiB');
  });

  it('counts a heap against what it was limited to, and a look without a figure as none', () => {
    const end = { part: 'query-0', atSecond: 30, outOfMemory: true, how: 'x' };
    const silent = (second: number): Partial<Point> =>
      second < 12 ? {} : { heapUsedBytes: second === 12 || second === 25 ? 75_000_000 : (undefined as unknown as number) };
    expect(found({ query: silent, rest: { ended: [end], heapBytes: 100_000_000 } }).first).toMatchObject({ kind: 'memory', atSecond: 12 });
    // With room when it last told, from when it fell silent for good.
    expect(found({ query: silent, rest: { ended: [end] } }).first).toMatchObject({ kind: 'memory', atSecond: 26 });
    expect(found({ query: from(12, { heapUsedBytes: 96_000_000 }), rest: { heapBytes: 100_000_000 } }).first.kind).toBe('memory');
    expect(found({ query: from(12, { heapUsedBytes: 96_000_000 }) }).first.kind).toBe('none');
    // Only the query processes were limited.
    expect(found({ vector: from(12, { heapUsedBytes: 96_000_000 }), rest: { heapBytes: 100_000_000 } }).first.kind).toBe('none');
  });

  it('is the memory even where the collector made the processor busy before the end, and a pool wait', () => {
    const thrashing = (second: number) =>
      second < 15 ? {} : { heapUsedBytes: 190_000_000, cpuCores: 1, eventLoopUtilisation: 1, ...pool(4, 9) };
    const end = { part: 'query-0', atSecond: 22, outOfMemory: true, how: 'x' };
    expect(found({ query: thrashing, rest: { ended: [end] }, second: slow }).first.kind).toBe('memory');
  });

  it('is the memory where the processor was busy collecting before the heap was seen full, or before it fell silent', () => {
    const end = { part: 'query-0', atSecond: 26, outOfMemory: true, how: 'x' };
    const busy = { cpuCores: 1, eventLoopUtilisation: 1 };
    // A heap that is looked at just after each collection seems to have room until the end.
    const collecting = (collectingShare: number) => (second: number) =>
      second < 15 ? {} : { ...busy, collectingShare, heapUsedBytes: 120_000_000 };
    expect(found({ query: collecting(0.6), rest: { ended: [end] }, second: slow }).first).toMatchObject({ kind: 'memory', atSecond: 15 });
    expect(found({ query: collecting(0.1), rest: { ended: [end] }, second: slow }).first).toMatchObject({ kind: 'cpu', atSecond: 15 });
    const silent = (second: number) => (second < 15 ? {} : { ...busy, heapUsedBytes: undefined as unknown as number });
    expect(found({ query: silent, rest: { ended: [end] }, second: slow }).first).toMatchObject({ kind: 'memory', atSecond: 15 });
    // Busy with many requests in hand, which nobody minded until the process was gone.
    const gone = from(22, { ...failing(50), firstFailureSecond: 25.8 });
    expect(found({ query: collecting(0.1), rest: { ended: [end] }, second: gone }).first).toMatchObject({ kind: 'memory', atSecond: 26 });
    // One that collects and lives on has no processor to give out, nor has the machine.
    expect(found({ query: collecting(0.6), second: slow }).first.kind).toBe('response-time');
    expect(found({ query: collecting(0.6), vector: from(15, { cpuCores: 0.8 }), second: slow }).first.kind).toBe('response-time');
    expect(found({ query: collecting(0.1), vector: from(15, { cpuCores: 0.8 }), second: slow }).first.kind).toBe('cpu');
  });

  it('is the memory of a process that lives on with a full heap, and not of one that was collected', () => {
    const { first } = found({ query: from(20, { heapUsedBytes: 195_000_000 }) });
    expect(first).toMatchObject({ kind: 'memory', atSecond: 20 });
    expect(first.evidence).toBe('the heap of query-0 stayed above 95 % of its limit of 191 MiB');
    const sawtooth = (second: number) => ({ heapUsedBytes: second % 3 === 2 ? 60_000_000 : 198_000_000 });
    expect(found({ query: sawtooth }).first.kind).toBe('none');
  });

  it('is the memory of a process that was too busy with its full heap to say more of it', () => {
    const untold = { heapUsedBytes: undefined as unknown as number };
    const silentAfter = (bytes: number) => (second: number) =>
      second < 20 ? {} : second === 20 ? { heapUsedBytes: bytes } : second === 24 ? { heapUsedBytes: bytes } : untold;
    const { first } = found({ query: silentAfter(160_000_000), second: slow });
    expect(first).toMatchObject({ kind: 'memory', atSecond: 21 });
    expect(first.evidence).toContain('too busy to say');
    expect(first.evidence).toContain('153 MiB when it was last seen, its limit of 191 MiB');
    // Nobody felt it, its heap had room when it fell silent, or it was not silent for long.
    expect(found({ query: silentAfter(160_000_000) }).first.kind).toBe('none');
    expect(found({ query: silentAfter(120_000_000), second: slow }).first.kind).toBe('response-time');
    const briefly = (second: number) => (second < 20 ? {} : second % 3 === 0 ? { heapUsedBytes: 160_000_000 } : untold);
    expect(found({ query: briefly, second: slow }).first.kind).toBe('response-time');
    // Silent because it was gone.
    const end = { part: 'query-0', atSecond: 22, outOfMemory: false, how: 'exit code 1' };
    expect(found({ query: silentAfter(160_000_000), rest: { ended: [end] }, second: slow }).first.kind).toBe('response-time');
  });

  it('is no memory where a process ended for another reason', () => {
    const end = { part: 'query-0', atSecond: 25, outOfMemory: false, how: 'exit code 1' };
    expect(found({ rest: { ended: [end] }, second: from(25, failing(50)) }).first.kind).toBe('response-time');
  });

  it('is the provider where it refuses what comes, with the count', () => {
    const { first } = found({ second: from(10, failing(10, 10)) });
    expect(first).toMatchObject({ kind: 'provider', atSecond: 10 });
    expect(first.evidence).toContain('refused 300 of the 1500');
    expect(found({ second: from(10, failing(10, 0)) }).first.kind).toBe('response-time');
    expect(found({ second: from(10, failing(2, 2)) }).first.kind).toBe('none');
    // Nobody was refused where nobody came, which does not interrupt a refusal either.
    const nobody = { arrivals: 0, succeeded: 0 };
    expect(found({ second: from(30, nobody) }).first.kind).toBe('none');
    expect(found({ second: (second) => (second < 30 ? {} : second % 2 === 0 ? failing(10, 10) : nobody) }).first.kind).toBe('provider');
    // What a process without memory lets the provider refuse is the fault of its memory.
    expect(found({ second: from(20, failing(10, 10)), query: from(20, { heapUsedBytes: 195_000_000 }) }).first.kind).toBe('memory');
  });

  it('is the connections where all of a limited pool are in use, requests wait, and callers feel it', () => {
    const { first } = found({ query: from(12, pool(4, 7)), second: slow });
    expect(first).toMatchObject({ kind: 'connections', atSecond: 12 });
    expect(first.evidence).toContain('query-0 has 4 connections to vector, and up to 7 requests waited');
    // Nobody felt it, hardly anybody waited, or the pool has no limit.
    expect(found({ query: from(12, pool(4, 7)) }).first.kind).toBe('none');
    expect(found({ query: from(12, pool(4, 4)), second: slow }).first.kind).toBe('connections');
    expect(found({ query: from(12, pool(4, 3)), second: slow }).first.kind).toBe('response-time');
    expect(found({ query: from(12, { pools: [{ peer: 'provider', inUse: 900, waiting: 3 }] }), second: slow }).first.kind).toBe(
      'response-time',
    );
  });

  it('is the processor where one event loop uses all it can, or the system the machine', () => {
    const busy = { cpuCores: 0.97, eventLoopUtilisation: 0.99 };
    expect(found({ query: from(12, busy), second: slow }).first).toMatchObject({ kind: 'cpu', atSecond: 12 });
    expect(
      found({ query: from(12, { cpuCores: 0.85 }), vector: from(12, { cpuCores: 0.95, eventLoopUtilisation: 0.6 }), second: slow }).first
        .kind,
    ).toBe('cpu');
    // Busy, and waiting for a processor that somebody else uses.
    expect(found({ query: from(12, { cpuCores: 0.3, eventLoopUtilisation: 1 }), second: slow }).first.kind).toBe('response-time');
    // Busy with something beside its loop, and a machine with room.
    expect(found({ query: from(12, { cpuCores: 0.95, eventLoopUtilisation: 0.5 }), second: slow }).first.kind).toBe('response-time');
    expect(found({ query: from(12, { cpuCores: 0.8 }), vector: from(12, { cpuCores: 0.8 }), second: slow }).first.kind).toBe(
      'response-time',
    );
    // A quota of four cores does not make one loop faster.
    const four = { 'query-0': { cpus: 4, memoryMiB: 512 } };
    expect(found({ query: from(12, busy), second: slow, rest: { quotas: four } }).first.kind).toBe('cpu');
    // A quota is all that it can use.
    const quotas = { 'query-0': { cpus: 0.25, memoryMiB: 512 } };
    expect(found({ query: from(12, { cpuCores: 0.24, eventLoopUtilisation: 1 }), second: slow, rest: { quotas } }).first.kind).toBe('cpu');
  });

  it('is the processor where a pool began to wait with it, and the pool where that was first', () => {
    const busy = { cpuCores: 1, eventLoopUtilisation: 1 };
    const both = (cpuFrom: number, poolFrom: number) =>
      found({ query: (second) => ({ ...from(cpuFrom, busy)(second), ...from(poolFrom, pool(4, 5))(second) }), second: slow }).first.kind;
    expect(both(12, 12)).toBe('cpu');
    expect(both(14, 12)).toBe('cpu');
    expect(both(18, 12)).toBe('connections');
    expect(both(12, 18)).toBe('cpu');
  });

  it('is the response time where no cause was seen', () => {
    const { first, signs } = found({ second: slow });
    expect(first).toMatchObject({ kind: 'response-time', atSecond: 20 });
    expect(first.evidence).toContain('15.0 s and more, against 2.0 s at low load');
    expect(signs).toHaveLength(1);
    expect(found({ second: from(20, answered(5_900)) }).first.kind).toBe('none');
  });

  it('needs three seconds in a row of anything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: seconds - 4 }), fc.integer({ min: 1, max: 6 }), (start, length) => {
        const during = (second: number) => second >= start && second < start + length;
        const kind = (given: Ramp) => found(given).first.kind;
        const lasts = length >= 3;
        expect(kind({ second: (second) => (during(second) ? failing(20, 20) : {}) })).toBe(lasts ? 'provider' : 'none');
        expect(kind({ second: (second) => (during(second) ? answered(20_000) : {}) })).toBe(lasts ? 'response-time' : 'none');
      }),
    );
  });

  it('dates failures by when they happened, not by when the requests came', () => {
    const { first } = found({ second: from(10, { ...failing(25), firstFailureSecond: 31.5 }) });
    expect(first).toMatchObject({ kind: 'response-time', atSecond: 31.5 });
  });

  it('lists everything that gave out in order of time', () => {
    const { signs } = found({ query: from(12, pool(4, 7)), second: (second) => ({ ...slow(second), ...from(30, failing(25))(second) }) });
    expect(signs.map(({ kind, atSecond }) => [kind, atSecond])).toEqual([
      ['connections', 12],
      ['response-time', 20],
      ['response-time', 30],
    ]);
  });

  it('survives a ramp on which nothing was seen at all', () => {
    expect(firstLimit({ ...ramp({}), seconds: [], servers: [] }).first.kind).toBe('none');
  });
});

describe('the response time of low load', () => {
  it('is the mean over the requests of the first fifth, and absent with too few of them', () => {
    const given = ramp({ second: (second) => (second === 0 ? { succeeded: 150, ...answered(1000) } : {}) }).seconds;
    expect(lowLoadMs(given)).toBeCloseTo((150 * 1000 + 7 * 50 * 2000) / (150 + 350), 9);
    expect(lowLoadMs(ramp({ second: () => ({ succeeded: 0, arrivals: 0 }) }).seconds)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateProfileSchema } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { integratedRate } from '../rate/profiles.ts';
import { profileOf } from './rate-series.ts';
import { readRateSeries } from './read-rate-series.ts';

const read = (text: string, choice = {}) => readRateSeries(text, 'load', choice);

function failureOf(text: string, choice = {}): Failure {
  try {
    read(text, choice);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error(`this was taken: ${text}`);
}

const answer = (result: unknown, more: object = {}) =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, ...more });
const matrix = (...values: unknown[]) => answer([{ metric: {}, values }]);

/** Rates at even distances, the first of them from the beginning of a minute in this century. */
const recorded = fc
  .record({
    beginsAtSeconds: fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }),
    intervalSeconds: fc.integer({ min: 1, max: 3600 }),
    rates: fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e6, noNaN: true })), { minLength: 2, maxLength: 40 }),
  })
  .filter(({ rates }) => rates.some((rate) => rate > 0));
type Recorded = typeof recorded extends fc.Arbitrary<infer T> ? T : never;

const times: Record<string, (seconds: number) => string> = {
  seconds: String,
  milliseconds: (seconds) => String(seconds * 1000),
  'RFC 3339': (seconds) => new Date(seconds * 1000).toISOString(),
  'RFC 3339 with an offset': (seconds) => new Date((seconds + 8 * 3600) * 1000).toISOString().replace('.000Z', '+08:00'),
};

const expected = ({ beginsAtSeconds, intervalSeconds, rates }: Recorded) => ({
  beginsAtMs: beginsAtSeconds * 1000,
  intervalSeconds,
  points: rates.map((ratePerSecond, index) => ({ atSeconds: index * intervalSeconds, ratePerSecond })),
});

describe('readRateSeries', () => {
  it.each(Object.keys(times))('reads back what was written as CSV, times as %s', (name) => {
    fc.assert(
      fc.property(recorded, fc.constantFrom('\n', '\r\n'), fc.boolean(), (series, newline, quoted) => {
        const field = (text: string) => (quoted ? `"${text}"` : text);
        const { beginsAtSeconds, intervalSeconds, rates } = series;
        const lines = rates.map((rate, index) =>
          [times[name]?.(beginsAtSeconds + index * intervalSeconds) ?? '', String(rate)].map(field).join(','),
        );
        const text = [['Time', 'rps'].map(field).join(','), ...lines, ''].join(newline);
        expect(read(text)).toEqual({ origin: 'CSV, column "rps"', ...expected(series) });
      }),
    );
  });

  it('reads back what was written as a range query', () => {
    fc.assert(
      fc.property(recorded, (series) => {
        const { beginsAtSeconds, intervalSeconds, rates } = series;
        const text = matrix(...rates.map((rate, index) => [beginsAtSeconds + index * intervalSeconds, String(rate)]));
        expect(read(text)).toEqual({ origin: 'Prometheus range query, {}', ...expected(series) });
      }),
    );
  });

  it('throws nothing but failures, whatever it is given', () => {
    const word = fc.oneof(
      fc.constantFrom('time', 'rps', '0', '60', '120', '-1', 'NaN', '1e400', '"', '""', ',', '\n', '\r\n', ';', '2026-01-01T00:00:00Z', ''),
      fc.string({ maxLength: 6 }),
    );
    const anyText = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
      fc.array(fc.tuple(word, word)).map((lines) => ['time,rps', ...lines.map((line) => line.join(','))].join('\n')),
      fc.json(),
      fc.jsonValue().map((value) => answer(value)),
      fc.array(fc.jsonValue()).map((values) => matrix(...values)),
      fc.array(fc.tuple(fc.oneof(fc.integer(), fc.double()), word)).map((values) => matrix(...values)),
    );
    const choice = fc.record({ series: fc.option(word, { nil: undefined }), sum: fc.boolean() });
    fc.assert(
      fc.property(anyText, choice, (text, asked) => {
        try {
          const { points } = readRateSeries(text, 'load', asked);
          expect(points[0]?.atSeconds).toBe(0);
          expect(points.length).toBeGreaterThan(1);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).message).toMatch(/^load/);
          expect((error as Failure).hint).toBeDefined();
          expect([78, 97]).toContain((error as Failure).exitCode);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['time,rps\n0,1\n60,2\n120,-3\n', 78, 'load, line 4: rps is "-3"', 'rate()'],
    ['time,rps\n0,1\n60,NaN\n', 78, 'load, line 3: rps is "NaN", which is no value', 'written as 0'],
    ['time,rps\n0,1\n60,\n', 78, 'load, line 3: rps is "", which is no value', 'written as 0'],
    ['time,rps\n0,1\n60,+Inf\n', 78, 'load, line 3: rps is "+Inf"', ''],
    ['time,rps\n0,1\n60,1e999\n', 78, 'load, line 3: rps is "1e999", which is no number', ''],
    ['time,rps\n0,1\n60,3 rps\n', 78, 'load, line 3: rps is "3 rps", which is no number', ''],
    ['time,rps\n0,1\n60,2\n30,3\n', 78, 'load, line 4: it is 30 s before line 3', 'sort the series'],
    ['time,rps\n0,1\n60,2\n60,3\n', 78, 'load, line 4: its time 60 s is that of line 3 too', 'one sample a time'],
    [
      'time,rps\n0,1\n60,2\n120,2\n240,3\n',
      78,
      'load, line 5: a gap: it is 120 s after line 4, and samples are usually 60 s apart',
      'fill the gap',
    ],
    ['time,rps\n0,1\n60\n', 78, 'load, line 3: "60" has 1 of 2 fields', 'time,rps'],
    ['time,rps\n0,1\n\n60,1\n', 78, 'load, line 3: "" has 1 of 2 fields', ''],
    ['time,rps\n0,"1\n', 78, 'load, line 2: a quote is not closed', ''],
    ['time,rps\nyesterday,1\n', 78, 'load, line 2: time "yesterday" is no time', 'RFC 3339'],
    ['time,rps\n2026-02-30T00:00:00Z,1\n', 78, 'load, line 2: time "2026-02-30T00:00:00Z" is no time', ''],
    ['time,rps\n2026-02-03 00:00:00,1\n', 78, 'names no time zone', 'end it with Z'],
    ['time,rps\n1764000000000000,1\n', 78, 'is in microseconds or finer', 'divide it'],
    ['time,rps\n1764000000,1\n1764000060000,1\n', 78, 'is in milliseconds, and line 2 in seconds', 'in the same way'],
    ['tiem,rps\n0,1\n', 78, 'load, line 1: no column of "tiem", "rps" is the time', 'did you mean "time" by "tiem"?'],
    ['time;rps\n0;1\n', 78, 'load, line 1: no column of "time;rps" is the time', 'separate the columns by commas'],
    ['time,ts,rps\n0,0,1\n', 78, '2 columns may be the time', ''],
    ['time,rpss\n0,1\n', 78, 'load, line 1: unknown column "rpss"', 'did you mean "rps" by "rpss"?'],
    ['time\n0\n', 78, 'load, line 1: there is no column of rates', 'rps'],
    ['time,rps,p95\n0,1,2\n', 78, 'beside the time there are 2 columns: "rps", "p95"', '--series'],
    ['', 97, 'load holds no sample', ''],
    ['time,rps\n', 97, 'load holds no sample', ''],
    ['time,rps\n0,1\n', 97, 'load holds one sample', 'at least two'],
    ['time,rps\n0,0\n60,0\n', 97, 'load holds 2 samples, and every one of them is 0', ''],
    ['{"status":', 78, 'load, (root): begins as JSON and is none', ''],
    ['[]', 78, 'load, (root): is [], and an object', 'query_range'],
    [
      JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }),
      78,
      'load, status: is "error", "bad_data": "parse error"',
      'succeeded',
    ],
    [JSON.stringify({ data: {} }), 78, 'load, status: is nothing', ''],
    [
      JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] } }),
      78,
      'load, data.resultType: is "vector", and "matrix" is wanted',
      'an instant query tells of one moment only',
    ],
    [answer([]), 97, 'load holds an empty data.result', 'look at the query'],
    [answer([{ values: [] }]), 78, 'load, data.result[0]: is {"values":[]}', ''],
    [
      answer([{ metric: {}, histograms: [] }]),
      78,
      'load, data.result[0].values: is missing, because this is a histogram',
      'histogram_count',
    ],
    [matrix(), 97, 'load holds no sample', ''],
    [matrix([0, '1']), 97, 'load holds one sample', ''],
    [matrix([0, '0'], [60, '0']), 97, 'every one of them is 0', ''],
    [matrix([0, '1'], [60, 'NaN']), 78, 'load, data.result[0].values[1]: the value is "NaN"', ''],
    [matrix([0, '1'], [60, '-2']), 78, 'load, data.result[0].values[1]: the value is "-2"', ''],
    [matrix([0, '1'], [60, 2]), 78, 'load, data.result[0].values[1][1]: is 2, and Prometheus writes values as strings', ''],
    [matrix([0, '1'], ['60', '2']), 78, 'load, data.result[0].values[1][0]: is "60"', ''],
    [matrix([0, '1'], [60]), 78, 'load, data.result[0].values[1]: is [60]', ''],
    [matrix([0, '1'], [60, '1'], [30, '1']), 78, 'load, data.result[0].values[2]: it is 30 s before data.result[0].values[1]', ''],
    [matrix([0, '1'], [60, '1'], [120, '1'], [300, '1']), 78, 'load, data.result[0].values[3]: a gap: it is 180 s after', ''],
  ])('refuses %j with exit %i', (text, exitCode, message, hint) => {
    const failure = failureOf(text);
    expect(failure.message).toContain(message);
    expect(failure.hint).toContain(hint);
    expect(failure.exitCode).toBe(exitCode);
  });

  it('takes one of several columns by its name, or all of them together', () => {
    const text = 'Time,rps,"{job=""b""}"\n0,1,10\n60,2,20\n';
    const rates = (choice: object) => read(text, choice).points.map(({ ratePerSecond }) => ratePerSecond);
    expect(failureOf(text)).toMatchObject({ code: 'several_series', exitCode: 78 });
    expect(rates({ series: 'rps' })).toEqual([1, 2]);
    expect(failureOf(text, { series: 'rqs' })).toMatchObject({
      code: 'unknown_series',
      hint: expect.stringContaining('did you mean "rps"?'),
    });
    expect(rates({ series: '{job="b"}' })).toEqual([10, 20]);
    expect(rates({ sum: true })).toEqual([11, 22]);
    const sums = readRateSeries('time,a,b\n0,1,10\n60,2,20\n', 'load', { sum: true });
    expect(sums.origin).toBe('CSV, sum of the columns "a", "b"');
    expect(sums.points.map(({ ratePerSecond }) => ratePerSecond)).toEqual([11, 22]);
  });

  it('takes one of several series by its labels, or all of them together', () => {
    const series = (labels: object, ...rates: number[]) => ({
      metric: labels,
      values: rates.map((rate, index) => [60 * index, String(rate)]),
    });
    const text = answer([
      series({ __name__: 'asks', job: 'a', zone: 'x' }, 1, 2),
      series({ __name__: 'asks', job: 'b', zone: 'x' }, 10, 20),
      series({ __name__: 'searches', job: 'b', zone: 'x' }, 100, 200),
    ]);
    const rates = (choice: object) => read(text, choice).points.map(({ ratePerSecond }) => ratePerSecond);
    expect(failureOf(text)).toMatchObject({ code: 'several_series', exitCode: 78 });
    expect(failureOf(text).message).toContain('holds 3 series: asks{job="a",zone="x"}');
    expect(rates({ sum: true })).toEqual([111, 222]);
    for (const word of ['asks{job="a",zone="x"}', '{job="a"}', 'job=a', 'job="a"']) {
      expect(rates({ series: word })).toEqual([1, 2]);
    }
    expect(rates({ series: 'searches' })).toEqual([100, 200]);
    for (const word of ['job=b', 'job=c', 'asks', '{{', 'rate(asks[1m])']) {
      expect(failureOf(text, { series: word })).toMatchObject({ code: 'unknown_series', exitCode: 78 });
    }
    const uneven = answer([series({ job: 'a' }, 1, 2), series({ job: 'b' }, 1, 2, 3)]);
    expect(failureOf(uneven, { sum: true }).message).toContain('data.result[1].values[2]: is at 120 s, where data.result[0] is at no time');
  });
});

describe('profileOf', () => {
  it('expects as many arrivals as the series tells, times the scale', () => {
    fc.assert(
      fc.property(recorded, fc.double({ min: 0.01, max: 100, noNaN: true }), (one, scale) => {
        const series = { origin: '', ...expected(one) };
        const { profile, seconds, samplesPerStep } = profileOf(series, scale);
        expect(rateProfileSchema.safeParse(profile).success).toBe(true);
        expect(samplesPerStep).toBe(1);
        expect(seconds).toBeCloseTo(one.rates.length * one.intervalSeconds, 6);
        const arrivals = one.rates.reduce((sum, rate) => sum + rate * one.intervalSeconds, 0) * scale;
        expect(Math.abs(integratedRate(profile, seconds).total / arrivals - 1)).toBeLessThan(1e-9);
      }),
    );
  });

  it('puts samples together where there are very many, and loses none of their arrivals', () => {
    const points = Array.from({ length: 50_001 }, (_, index) => ({ atSeconds: index * 2, ratePerSecond: (index * 7919) % 13 }));
    const { profile, seconds, samplesPerStep } = profileOf({ origin: '', beginsAtMs: 0, intervalSeconds: 2, points });
    expect(samplesPerStep).toBe(3);
    expect(profile.steps.length).toBeLessThanOrEqual(16_667);
    const arrivals = points.reduce((sum, { ratePerSecond }) => sum + 2 * ratePerSecond, 0);
    expect(Math.abs(integratedRate(profile, seconds).total / arrivals - 1)).toBeLessThan(1e-9);
  });

  it('merges steps of equal rates', () => {
    const { profile } = profileOf(read('time,rps\n0,1\n60,1\n120,2\n'));
    expect(profile.steps).toEqual([
      { fromSeconds: 0, ratePerSecond: 1 },
      { fromSeconds: 120, ratePerSecond: 2 },
    ]);
  });
});

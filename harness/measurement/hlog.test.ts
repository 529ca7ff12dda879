import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { HistogramLogReader } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { randomStream } from '../../system/policies/random-stream.ts';
import { createHistogram, type Histogram, percentileUs, record } from './histogram.ts';
import { hlogText, type LoggedInterval } from './hlog.ts';

const percentiles = [50, 75, 90, 95, 99, 99.9, 99.99];
const originMs = Date.UTC(2026, 5, 1, 12, 0, 0, 250);

function histogramOf(values: readonly number[]): Histogram {
  const histogram = createHistogram();
  for (const value of values) {
    record(histogram, value);
  }
  return histogram;
}

const valuesAt = (histogram: Histogram) => percentiles.map((percentile) => percentileUs(histogram, percentile));

interface ReadInterval {
  readonly tag: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly count: number;
  readonly values: readonly (number | undefined)[];
}

/** What the log reader of hdr-histogram-js makes of a log. */
function readBack(text: string): ReadInterval[] {
  const reader = new HistogramLogReader(text);
  const intervals: ReadInterval[] = [];
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
    const { tag, startTimeStampMsec, endTimeStampMsec, totalCount } = next;
    intervals.push({
      tag,
      startMs: Math.round(startTimeStampMsec),
      endMs: Math.round(endTimeStampMsec),
      count: totalCount,
      values: percentiles.map((percentile) => (totalCount === 0 ? undefined : next.getValueAtPercentile(percentile))),
    });
  }
  return intervals;
}

const asWritten = ({ tag, startMs, lengthMs, histogram }: LoggedInterval): ReadInterval => ({
  tag,
  startMs,
  endMs: startMs + lengthMs,
  count: histogram.totalCount,
  values: valuesAt(histogram),
});

/** A million response times with a long tail, in five intervals of two kinds: every percentile up to 99.99 has samples beyond it. */
function longTail(): LoggedInterval[] {
  const random = randomStream(1, 'interval log');
  return ['search', 'ask', 'search', 'ask', 'search'].map((tag, index) => ({
    tag,
    startMs: originMs + index * 1000,
    lengthMs: 1000,
    histogram: histogramOf(
      Array.from({ length: 200_000 }, () => 300 + 4000 * Math.exp(2 * Math.sqrt(-2 * Math.log(1 - random.uniform())))),
    ),
  }));
}

describe('interval log', () => {
  it('is read back line by line: tag, moment, length and every percentile', () => {
    const interval = fc.record({
      tag: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
      afterMs: fc.integer({ min: 0, max: 1e8 }),
      lengthMs: fc.integer({ min: 1, max: 1e6 }),
      values: fc.array(fc.integer({ min: 0, max: 600_000_000 }), { maxLength: 100 }),
    });
    fc.assert(
      fc.property(fc.array(interval, { minLength: 1, maxLength: 6 }), (drawn) => {
        const intervals = drawn.map(({ tag, afterMs, lengthMs, values }) => ({
          tag,
          startMs: originMs + afterMs,
          lengthMs,
          histogram: histogramOf(values),
        }));
        const inOrder = intervals.toSorted((a, b) => a.startMs - b.startMs);
        expect(readBack(hlogText(originMs, intervals))).toEqual(inOrder.map(asWritten));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the highest value of an interval in ms', () => {
    const [line] = hlogText(originMs, [{ tag: 'search', startMs: originMs, lengthMs: 500, histogram: histogramOf([5015]) }])
      .split('\n')
      .filter((text) => text.startsWith('Tag='));
    expect(line).toMatch(/^Tag=search,0\.000,0\.500,5\.0\d\d,HISTFAAAA/);
  });

  it.each(['search,ask', 'two words', '', 'a\nb'])('refuses the tag %j', (tag) => {
    expect(() => hlogText(originMs, [{ tag, startMs: originMs, lengthMs: 1, histogram: createHistogram() }])).toThrow(RangeError);
  });

  it('refuses an interval before its beginning', () => {
    expect(() => hlogText(originMs, [{ tag: 'a', startMs: originMs - 1, lengthMs: 1, histogram: createHistogram() }])).toThrow(
      'before the log begins',
    );
  });
});

/** A Python that has HdrHistogram's own package (PyPI: hdrhistogram), if there is one. */
const python = [process.env.RAG_TESTBED_PYTHON, 'python3'].find(
  (command) => command !== undefined && spawnSync(command, ['-c', 'import hdrh.log'], { stdio: 'ignore' }).status === 0,
);

const externalReader = `
import json, sys
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
reader = HistogramLogReader(sys.argv[1], HdrHistogram(1, 600000000, 3))
percentiles = json.loads(sys.argv[2])
read = []
while True:
    h = reader.get_next_interval_histogram()
    if h is None:
        break
    read.append({"tag": h.tag, "startMs": round(h.start_time_stamp_msec), "endMs": round(h.end_time_stamp_msec),
                 "count": h.total_count, "values": [h.get_value_at_percentile(p) for p in percentiles]})
print(json.dumps(read))
`;

const readSchema = z.array(
  z.strictObject({ tag: z.string(), startMs: z.number(), endMs: z.number(), count: z.number(), values: z.array(z.number()) }),
);

describe('interval log and the Python HdrHistogram', () => {
  const reason = python === undefined ? ' (left out: no python3 with the package hdrhistogram; name one by RAG_TESTBED_PYTHON)' : '';
  it.skipIf(python === undefined)(`is read to the same percentiles from p50 to p99.99${reason}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rag-testbed-hlog-'));
    try {
      const file = path.join(folder, 'sample.hlog');
      const intervals = longTail();
      writeFileSync(file, hlogText(originMs, intervals));
      const { stdout, stderr, status } = spawnSync(python ?? '', ['-c', externalReader, file, JSON.stringify(percentiles)], {
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      expect(readSchema.parse(JSON.parse(stdout))).toEqual(intervals.map(asWritten));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

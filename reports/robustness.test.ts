import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Result, resultSchema } from '../harness/contract/result.ts';
import { renderConsole } from './console.ts';
import { renderHtml } from './html/index.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPercentilesSvg } from './percentiles-svg.ts';
import { everyResult, failingResult } from './sample-cases.testing.ts';

const cases = Object.values(everyResult);

/** What a short, broken or unusual run leaves out or drives to its edge; each keeps to the contract. */
const changes: readonly ((result: Result) => void)[] = [
  (result) => {
    for (const { metrics } of result.variants) {
      delete metrics['search-response-p99'];
      delete metrics['error-ratio'];
    }
  },
  (result) => {
    for (const slo of result.slos) {
      slo.limit = 0;
      for (const each of slo.perVariant) {
        delete each.margin;
      }
    }
  },
  (result) => {
    for (const slo of result.slos) {
      slo.perVariant = [];
    }
  },
  (result) => {
    result.variants = result.variants.slice(0, 1);
    result.comparisons = [];
  },
  (result) => {
    const [first] = result.variants;
    result.variants = first
      ? Array.from({ length: 6 }, (_, index) => ({ ...first, id: `variant-${index}`, resourceRule: 'equal-per-node' as const }))
      : [];
  },
  (result) => {
    for (const { curves } of result.variants) {
      for (const curve of curves) {
        curve.points = [{ percentile: 100, ms: 0, tailSamples: 0 }];
      }
    }
  },
  (result) => {
    for (const { series } of result.variants) {
      series?.seconds.splice(1);
    }
  },
  (result) => {
    for (const { series } of result.variants) {
      for (const second of series?.seconds ?? []) {
        delete second.searchResponseUs;
        Object.assign(second, { arrivals: 0, done: 0, inFlight: 0, errors: {} });
      }
    }
  },
  (result) => {
    for (const cohort of result.variants.flatMap((variant) => variant.stages)) {
      cohort.totalMs = 0;
      cohort.parts = [
        { stage: 'search', ms: 0.5 },
        { stage: 'other', ms: -0.5 },
      ];
    }
  },
  (result) => {
    for (const process of result.variants.flatMap((variant) => variant.processes)) {
      Object.assign(process, { cpuSeconds: 0, cpuSecondsPer1k: 0, residentBytes: 0 });
    }
    for (const shard of result.variants.flatMap((variant) => variant.shards)) {
      shard.points = 0;
    }
  },
  (result) => {
    for (const each of result.comparisons) {
      Object.assign(each, { ratio: 240, interval: { low: -1, high: 4000, confidence: 0.9 } });
    }
  },
  (result) => {
    for (const { metrics } of result.variants) {
      for (const measured of Object.values(metrics)) {
        Object.assign(measured, { value: 0, sampleCount: 1, interval: { low: 0, high: 0, confidence: 0.95 } });
      }
    }
  },
  (result) => {
    for (const { metrics } of result.variants) {
      for (const measured of Object.values(metrics)) {
        measured.value *= 10_000;
      }
    }
  },
  (result) => {
    Object.assign(result, { components: [], checkers: [], slos: [], comparisons: [] });
    result.settings.ladderRatesPerSecond = [];
    result.validity.checks = [];
  },
  (result) => {
    Object.assign(result.provenance, { commit: undefined, dirty: undefined });
    delete result.provenance.commit;
    delete result.provenance.dirty;
    result.provenance.finishedAt = result.provenance.startedAt;
  },
];

const altered = fc
  .tuple(fc.nat(cases.length - 1), fc.subarray([...changes.keys()], { minLength: 1, maxLength: 5 }))
  .map(([base, chosen]) => {
    const result = structuredClone(cases[base]?.() as Result);
    for (const index of chosen) {
      changes[index]?.(result);
    }
    return result;
  });

/** Words and attributes that only a mistake in arithmetic or a missing case can produce. */
const slip = /\b(?:NaN|undefined|Infinity)\b|\[object/;

it('every renderer survives what a run can leave out, and prints no slip of arithmetic', async () => {
  await fc.assert(
    fc.asyncProperty(altered, async (result) => {
      expect(resultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
      expect(await renderHtml(result)).not.toMatch(slip);
      expect(await renderPercentilesSvg(result)).not.toMatch(slip);
      expect(renderMarkdown(result)).not.toMatch(slip);
      expect(renderConsole(result, { color: true, columns: 80, paths: {}, nextCommand: 'next' })).not.toMatch(slip);
    }),
    { numRuns: 6 },
  );
}, 120_000);

it('every single change alone is survived', async () => {
  for (const change of changes) {
    const result = failingResult();
    change(result);
    expect(await renderHtml(result)).not.toMatch(slip);
    expect(renderMarkdown(result)).not.toMatch(slip);
    expect(renderConsole(result, { color: false, columns: 80, paths: {}, nextCommand: 'next' })).not.toMatch(slip);
  }
}, 120_000);

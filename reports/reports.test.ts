import { describe, expect, it } from 'vitest';
import type { Result } from '../harness/contract/result.ts';
import { answerOf } from './answer.ts';
import { renderConsole } from './console.ts';
import { orderedSlos, worstObservation, worstSlo } from './findings.ts';
import { renderHtml, sizeLimitBytes } from './html/index.ts';
import { renderMarkdown, summaryLimitBytes } from './markdown.ts';
import { count, figure, joined, significant } from './numbers.ts';
import { renderPercentilesSvg } from './percentiles-svg.ts';
import {
  containersResult,
  everyResult,
  failingResult,
  hostileResult,
  inconclusiveResult,
  invalidResult,
  noDataResult,
  partialResult,
} from './sample-cases.testing.ts';
import { manyResult } from './sample-many.testing.ts';
import { passingResult } from './sample-result.testing.ts';
import { margin, objective, observed } from './slo-text.ts';
import { strings } from './strings.ts';

const s = strings.en;
const paths = { report: 'out/run/report.html', data: 'out/run/result.json' };
const nextCommand = 'npm run -s scenario -- explain single-vs-sharded';
const onConsole = (result: Result, columns = 100) => renderConsole(result, { color: false, columns, paths, nextCommand });

const renderers: Readonly<Record<string, (result: Result) => Promise<string> | string>> = {
  html: renderHtml,
  svg: renderPercentilesSvg,
  markdown: renderMarkdown,
  console: onConsole,
};

/** What a reader sees of the page: no style, no tags, no entities, no-break spaces as spaces. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/gu, ' ');
}

describe.each(Object.entries(renderers))('%s', (_name, render) => {
  it.each(Object.entries(everyResult))('of %s has no NaN, undefined, null, Infinity or [object Object]', async (_case, build) => {
    const output = textOf(await render(build()));
    expect(output).not.toMatch(/\b(?:NaN|undefined|Infinity|null)\b|\[object/);
    expect(output.length).toBeGreaterThan(100);
  });

  it('is the same for the same result', async () => {
    expect(await render(failingResult())).toBe(await render(failingResult()));
  });

  it('lets no invisible character of hostile text through', async () => {
    expect(await render(hostileResult())).not.toMatch(/[\p{Zl}\p{Zp}\p{Cf}]/u);
    expect((await render(hostileResult())).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

it.each(['html', 'markdown', 'console'] as const)('%s refuses a figure that is not finite rather than printing it', async (name) => {
  const result = passingResult();
  const measured = result.variants[0]?.metrics['search-response-p99'];
  if (measured) {
    measured.value = Number.NaN;
  }
  await expect(async () => renderers[name]?.(result)).rejects.toThrow(/NOT_A_FIGURE/);
});

describe('hostile text', () => {
  it.each(['html', 'svg'] as const)('becomes no element, attribute or link of %s', async (name) => {
    const output = (await renderers[name]?.(hostileResult())) ?? '';
    expect(output).toContain('&lt;script&gt;');
    expect(output).not.toMatch(/<script|<img|<svg onload|<[^>]*\sonerror=|href="(?!#)/i);
    expect(output.match(/<\/style>/g) ?? []).toHaveLength(name === 'html' ? 1 : 0);
  });

  it('becomes no element, link, cell or code of Markdown outside its fences', () => {
    const output = renderMarkdown(hostileResult()).replace(/^(`{3,})[^\n]*\n.*?^\1$/gms, '');
    expect(output).not.toMatch(/<[a-z/]|(?<!\\)\]\(/i);
    for (const line of output.split('\n').filter((each) => each.startsWith('| '))) {
      expect(line.replaceAll('\\|', '')).toMatch(/^\|(?: [^|]* \|)+$/);
      expect(line.replaceAll('\\`', '')).not.toContain('`');
    }
  });
});

describe('the report', () => {
  it('states every SLO and every key figure as the one formatting function prints it', async () => {
    for (const result of [passingResult(), failingResult()]) {
      const text = textOf(await renderHtml(result));
      const markdown = renderMarkdown(result);
      for (const slo of orderedSlos(result)) {
        const worst = worstObservation(slo);
        expect(worst).toBeDefined();
        if (worst) {
          expect(text).toContain(objective(slo, s));
          for (const shown of [observed(slo, worst).value, margin(worst)]) {
            expect(text).toContain(shown);
            expect(onConsole(result)).toContain(shown);
            expect(markdown.replaceAll('\\', '').replaceAll('&gt;', '>')).toContain(shown);
          }
        }
      }
      for (const { metrics } of result.variants) {
        for (const metric of [
          'search-response-p50',
          'search-response-p95',
          'search-response-p99',
          'recall-at-10',
          'cpu-seconds-per-1k',
        ] as const) {
          const value = metrics[metric]?.value ?? Number.NaN;
          expect(text).toContain(figure(metric, value).text);
          expect(markdown).toContain(joined(figure(metric, value)));
        }
      }
    }
  });

  it('puts the worst SLO and its margin before everything else', async () => {
    const text = textOf(await renderHtml(failingResult()));
    const worst = worstSlo(failingResult());
    expect(worst?.observation.verdict).toBe('fail');
    if (worst) {
      const place = text.indexOf(margin(worst.observation));
      expect(place).toBeGreaterThan(-1);
      expect(place).toBeLessThan(text.indexOf(s.variants.engine));
    }
    expect(text.indexOf('fail p99')).toBeLessThan(text.indexOf('pass recall@10'));
  });

  it('stays within its size, and drops second-by-second tables and curves before it exceeds it', async () => {
    expect(Buffer.byteLength(await renderHtml(failingResult()))).toBeLessThanOrEqual(sizeLimitBytes);
    const large = passingResult();
    const [template] = large.variants;
    if (template) {
      large.variants = Array.from({ length: 6 }, (_, index) => ({ ...template, id: `variant-${index}` }));
    }
    // The contract admits 200 seconds; six variants of that length are the most of which everything is drawn.
    for (const variant of large.variants) {
      const { series } = variant;
      const last = series?.seconds.at(-1);
      if (series && last) {
        const more = Array.from({ length: 200 - series.seconds.length }, (_, index) => ({ ...last, second: last.second + 1 + index }));
        variant.series = { ...series, seconds: [...series.seconds, ...more] };
      }
    }
    const page = await renderHtml(large);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(sizeLimitBytes);
    expect(page).toContain(s.overTime.left);
    expect(page).toContain(s.percentiles.left);
  }, 60_000);

  it('is one file without script, style attribute or outside reference, under a policy that admits its one stylesheet', async () => {
    const page = await renderHtml(failingResult());
    expect(page).toMatch(/content="default-src &#39;none&#39;; style-src &#39;sha256-|content="default-src 'none'; style-src 'sha256-/);
    expect(page).not.toMatch(/<script|<link|<iframe|\sstyle="|\son[a-z]+="|url\((?!#)|https?:\/\/(?!www\.w3\.org)/);
  });

  it('writes a dash with a reason, never a zero, where nothing was measured', async () => {
    const text = textOf(await renderHtml(noDataResult()));
    expect(text).toContain('NO DATA');
    expect(text).toContain(`– ${s.variants.notMeasured}`);
    expect(text).not.toMatch(/p99 search response time 0\b/);
    expect(textOf(await renderHtml(partialResult()))).toContain('PARTIAL');
  });
});

describe('the answer', () => {
  it.each(Object.entries(everyResult))('of %s names the machine and the resource rule in every sentence', (_case, build) => {
    const { headline, qualifiers } = answerOf(build(), s);
    for (const sentence of [headline, ...qualifiers]) {
      expect(sentence.toLowerCase()).toContain('on one machine, equal total resources');
      expect(sentence).not.toMatch(/latency|significant|faster/i);
    }
  });

  it('never states an undecided ratio as a finding', () => {
    const { headline, qualifiers } = answerOf(inconclusiveResult(), s);
    expect(headline).toContain('undecided');
    expect(headline).not.toContain('×');
    expect(qualifiers.join(' ')).toContain('3 pairs admit no interval at 95 %, 6 are needed');
    const open = answerOf(failingResult(), s).qualifiers.find((sentence) => sentence.includes('p99 search'));
    expect(open).toMatch(/^Undecided/);
  });

  it('names the rule of the comparison it speaks of', () => {
    const result = passingResult();
    result.comparisons = result.comparisons.map((each) => ({ ...each, resourceRule: 'equal-per-node' }));
    expect(answerOf(result, s).headline).toContain('equal resources per node');
  });

  it('lets no SLO of an invalid run count as passed or failed', async () => {
    const result = invalidResult();
    const counts = s.first.sloCounts({ failed: 0, undecided: result.slos.length, total: result.slos.length });
    expect(textOf(await renderHtml(result))).toContain(counts);
    expect(renderMarkdown(result)).toContain(counts);
    expect(onConsole(result)).not.toMatch(/^[✕✓] {2}p99/m);
  });

  it('says how busy the machine was with other things, where that was too much', () => {
    const busy = (observed: number): Result => ({
      ...passingResult(),
      validity: {
        verdict: 'valid',
        reasons: [],
        checks: [{ id: 'foreign-cpu', title: 'CPU used by other processes', observed, limit: 0.05, unit: 'share', verdict: 'unknown' }],
      },
    });
    expect(answerOf(busy(0.184), s).qualifiers.join(' ')).toContain('CPU used by other processes up to 18.4 % in a window, more than 5 %');
    expect(answerOf(busy(0.05), s).qualifiers.join(' ')).not.toContain('busy');
  });

  it('draws no verdict from an invalid run', () => {
    const { headline, qualifiers } = answerOf(invalidResult(), s);
    expect(headline).toContain('decides nothing: generator CPU 91.4 % > 80 %');
    expect(qualifiers.join(' ')).not.toContain('×');
  });

  it('says what would have been seen when no difference was', () => {
    const result = passingResult();
    result.comparisons = result.comparisons.map((each) =>
      each.metric === 'search-response-p95' ? { ...each, verdict: 'no-difference-seen', detectableEffect: 0.142 } : each,
    );
    expect(answerOf(result, s).headline).toContain('a change of 14.2 % would have been seen');
  });

  it('falls back to the worst SLO when nothing was compared', () => {
    const result = failingResult();
    result.comparisons = [];
    expect(answerOf(result, s).headline).toContain('above the limit of 31 ms');
  });
});

describe('the summary', () => {
  it('keeps within 64 KB, verdict first', () => {
    const result = hostileResult();
    const claim = result.claims[0];
    if (claim) {
      result.claims = Array.from({ length: 2000 }, () => claim);
    }
    const text = renderMarkdown(result);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(text.startsWith('# FAIL')).toBe(true);
    expect(text).toContain(s.markdown.cut);
  });
  it('keeps a command from leaving its fence', () => {
    const result = passingResult();
    result.provenance.command = 'run ``` then ````';
    expect(renderMarkdown(result)).toContain('`````sh\nrun ``` then ````\n`````');
  });
});

describe('the console', () => {
  it('goes from the verdict to the exit code', () => {
    const text = onConsole(failingResult());
    const places = ['FAIL', s.console.slo, s.console.cpu, s.console.slowest, paths.report, nextCommand, 'exit 99'].map((part) =>
      text.indexOf(part),
    );
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
  it.each([
    ['pass', passingResult, 0],
    ['inconclusive', inconclusiveResult, 0],
    ['invalid', invalidResult, 75],
    ['no-data', noDataResult, 97],
    ['partial', partialResult, 130],
  ] as const)('says how %s ends', (_case, build, code) => {
    expect(onConsole(build())).toContain(`exit ${code}`);
  });
  it('fits a terminal of 100 columns and emits no colour unless asked', () => {
    for (const line of onConsole(failingResult(), 100).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(118);
    }
    expect(onConsole(failingResult())).not.toContain('\u001b');
    expect(renderConsole(failingResult(), { color: true, columns: 100, paths, nextCommand })).toContain('\u001b[');
  });
});

describe('a run on containers', () => {
  it.each(['html', 'markdown', 'console'])('is told by %s: stand-ins, what was left out, and that quotas hold', async (name) => {
    const text = textOf((await renderers[name]?.(containersResult())) ?? '').replaceAll(/\s+/g, ' ');
    expect(text).toContain('stand-in image');
    expect(text).toContain(
      'Left out on one machine, equal total resources: qdrant-cluster-3, because the image of the vector store is a stand-in.',
    );
    expect(text).toContain('quotas of the containers hold');
    expect(text).not.toContain('Without a network or quotas');
  });
  it('tells what making the load took and how it was scheduled, and nothing of it where nobody told', async () => {
    const told = textOf(await renderHtml(passingResult()));
    expect(told).toMatch(
      /The load generator is no part of the system: [\d.]+ to [\d.]+ CPU s per 1k requests, its event loop 4(\.0+)? % busy at most/,
    );
    expect(told).toContain('1 process under real-time scheduling');
    const silent = passingResult();
    const { generator: _, ...provenance } = silent.provenance;
    const variants = silent.variants.map(({ generator: __, ...variant }) => variant);
    const text = textOf(await renderHtml({ ...silent, variants, provenance }));
    expect(text).not.toContain('The load generator');
    expect(text).not.toContain('scheduling:');
  });
  it('shows what each container may use, its peak and its throttling, and where a cluster put its replicas', async () => {
    const text = textOf(await renderHtml(containersResult()));
    for (const part of [
      '0.166 core',
      '341 MiB',
      '37.5',
      s.processes.throttled,
      'Docker Engine 20.10.24',
      'on vector-0, vector-1 (Recovery)',
      'fetches 1.50 of 3 shards',
    ]) {
      expect(text).toContain(part);
    }
    expect(textOf(await renderHtml(passingResult()))).not.toContain(s.processes.throttled);
  });
});

describe('what sharding costs', () => {
  it.each(['html', 'markdown'])(
    'stands in %s: the slowest shard beside both predictions and their errors, and what a search moves',
    async (name) => {
      const result = passingResult();
      const text = textOf((await renderers[name]?.(result)) ?? '').replaceAll(/\\/g, '');
      const fanOut = result.variants[1]?.costs?.fanOut;
      expect(fanOut).toBeDefined();
      if (fanOut) {
        expect(text).toContain(significant(fanOut.slowestMs.p99));
        for (const { slowestMs } of fanOut.predictions) {
          expect(text).toContain(`${significant(slowestMs.p95)}`);
        }
      }
      // 0.4 ÷ 0.33 and 0.2 ÷ 0.33 of the measured time.
      for (const part of [s.section.fanOut, '+21.2', '−39.4', s.section.costs, '98.7 B', 'bytes not measured: headers', '0.667']) {
        expect(text).toContain(part);
      }
    },
  );
  it('is left out where a result did not measure it', async () => {
    const old = passingResult();
    old.variants = old.variants.map(({ costs: _costs, ...rest }) => rest);
    expect(textOf(await renderHtml(old))).not.toContain(s.section.costs);
    expect(renderMarkdown(old)).not.toContain(s.section.fanOut);
  });
});

describe('many variants', () => {
  const many = () => {
    const result = passingResult();
    const [single, sharded] = result.variants;
    if (single && sharded) {
      const others = Array.from({ length: 13 }, (_, index) => ({ ...sharded, id: `router-strategy-number-${index}` }));
      const rules = ['equal-total', 'equal-per-node'] as const;
      result.comparisons = others.flatMap((variant, index) =>
        result.comparisons.map((each) => ({ ...each, variant: variant.id, resourceRule: rules[index % 2] ?? 'equal-total' })),
      );
      result.variants = [single, ...others];
    }
    return result;
  };
  it('each keep their ratios under their own rule', async () => {
    const page = await renderHtml(many());
    expect(page).toContain(s.chart.rule(6, 14));
    const text = textOf(page);
    for (let index = 0; index < 13; index += 1) {
      expect(text).toContain(`router-strategy-number-${index} ÷ single`);
    }
    const rows = renderMarkdown(many())
      .split('\n')
      .filter((line) => line.startsWith('| router') && line.includes('÷ single |'));
    expect(rows).toHaveLength(13 * passingResult().comparisons.length);
    expect(rows.every((row) => row.includes('equal total resources') !== row.includes('equal resources per node'))).toBe(true);
  }, 60_000);
});

describe('eighteen variants', () => {
  it('fit the size of a report, and the summary that of a summary, with every variant in both', async () => {
    const result = manyResult();
    const page = await renderHtml(result);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(sizeLimitBytes);
    expect(page).toContain(s.chart.rule(6, 18));
    const markdown = renderMarkdown(result);
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(summaryLimitBytes);
    expect(markdown).not.toContain(s.markdown.cut);
    for (const { id, baseline } of result.comparisons.map((each) => ({ id: each.variant, baseline: each.baseline }))) {
      expect(textOf(page)).toContain(`${id} ÷ ${baseline}`);
    }
    for (const { id } of result.variants) {
      expect(markdown).toContain(id);
    }
  }, 60_000);

  it('are answered in groups: a sentence for each thing that is compared, none of them a list of metrics', () => {
    const result = manyResult();
    const { headline, qualifiers } = answerOf(result, s);
    expect(headline).toContain('router-hash-3 is');
    expect(qualifiers).toHaveLength(6);
    const [, placement, shards, corpus, retrieval] = qualifiers;
    expect(placement).toMatch(
      /^Where documents are placed, at 3 shards.*semantic-3 1\.46 ×.*no difference seen for router-range-3 \(a change of 8\.10 % would have been seen\); undecided for router-random-3\.$/,
    );
    expect(placement).not.toMatch(/router-random-3 1\./);
    expect(shards).toMatch(/router-hash-2 .*router-hash-3 .*router-hash-4 .*router-hash-6 .*router-hash-8 /);
    expect(corpus).toContain('small-router-hash-8 ÷ small-single 3.33 ×');
    expect(retrieval).toContain('single-hybrid 1.38 ×');
  });

  it('stand in one table: shards, documents, both ratios, rung, quality, fan-out and balance', async () => {
    for (const text of [textOf(await renderHtml(manyResult())), renderMarkdown(manyResult()).replaceAll(/[|\\]|\s+(?=[|\s])/g, '')]) {
      expect(text).toMatch(
        /small-router-hash-8 ÷ small-single 8 2,000 3\.33 × \(?\s?3\.13–3\.53\s?\)? 3\.33 × \(?\s?3\.13–3\.53\s?\)? 100 0\.981 0\.630 8\.00 1\.03/,
      );
    }
  }, 60_000);

  it('draw no verdict in groups either, where the run decides nothing', async () => {
    const invalid: Result = { ...manyResult(), validity: { verdict: 'invalid', reasons: ['generator CPU 91.4 % > 80 %'], checks: [] } };
    expect(answerOf(invalid, s).qualifiers.join(' ')).not.toContain('×');
    expect(textOf(await renderHtml(invalid))).toContain(`1.46 × 1.37–1.55 · ${s.group.notDrawn}`);
  }, 60_000);
});

describe('a variant that is not held to a goal', () => {
  it.each(['html', 'markdown', 'console'])('is named by %s, with what was measured of it and why', async (name) => {
    const result = passingResult();
    result.slos = result.slos.map((slo) =>
      slo.metric === 'recall-at-10'
        ? {
            ...slo,
            measuredOnly: [{ variant: 'router-semantic-3', observed: 0.931, sampleCount: 300, why: 'it asks two of three shards' }],
          }
        : slo,
    );
    const text = textOf((await renderers[name]?.(result)) ?? '').replaceAll('\\', '');
    expect(text).toContain('not held to it: router-semantic-3 (0.931), because it asks two of three shards');
  });
});

describe('the picture', () => {
  it('names scenario, engine, machine, profile and run, and carries its own colours', async () => {
    const result = passingResult();
    const svg = await renderPercentilesSvg(result);
    const [head] = svg.split('</title>');
    for (const part of [result.scenario, 'embedded vector node 0.1.0', result.provenance.cpuModel, result.profile, result.runId]) {
      expect(head).toContain(part);
    }
    expect(svg).not.toContain('var(--');
  });
  it('draws the curve through the points of the result', async () => {
    const few = passingResult();
    for (const variant of few.variants) {
      variant.curves = variant.curves.map((curve) => ({ ...curve, points: curve.points.slice(0, 1) }));
    }
    expect(await renderPercentilesSvg(few)).toContain(s.picture.nothing);
  });
});

describe('figures in tables', () => {
  it('show the counts and stage times of the result', async () => {
    const result = failingResult();
    const text = textOf(await renderHtml(result));
    for (const variant of result.variants) {
      for (const { totalMs } of variant.stages) {
        expect(text).toContain(significant(totalMs));
      }
      for (const { points } of variant.shards.length > 1 ? variant.shards : []) {
        expect(text).toContain(count(points));
      }
    }
  });
});

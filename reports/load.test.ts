import { describe, expect, it } from 'vitest';
import { type Result, resultSchema } from '../harness/contract/result.ts';
import { answerOf } from './answer.ts';
import { renderConsole } from './console.ts';
import { renderHtml } from './html/index.ts';
import { loadRows } from './load-rows.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPercentilesSvg } from './percentiles-svg.ts';
import { provenanceFacts } from './provenance-facts.ts';
import { loadResult } from './sample-load.testing.ts';
import { passingResult } from './sample-result.testing.ts';
import { strings } from './strings.ts';

const s = strings.en;
const text = (markup: string) => markup.replace(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('the report of a load test', () => {
  it('is of a result that its schema accepts', () => {
    expect(() => resultSchema.parse(loadResult())).not.toThrow();
  });

  it('answers how long users wait, how the same load fares open, and what gave out first', () => {
    const { headline, qualifiers } = answerOf(loadResult(), s);
    expect(headline).toContain('1000 users wait between 2.20 s (gemini-repeats-closed) and 6.60 s (mini-repeats-closed)');
    expect(qualifiers[0]).toContain('gemini-repeats-closed 2.20 s closed, 2.25 s open');
    expect(qualifiers[1]).toContain(
      'On one-instance, on one machine, equal total resources, the processor gave out first, after 21.0 s at 31.5 requests/s: query-0 used',
    );
    expect(qualifiers[2]).toContain('memory gave out first');
    expect(qualifiers[3]).toContain('On one-instance-pool-4, on one machine, equal total resources, nothing gave out:');
  });

  it('says one time of one closed loop, and of ramps alone what gave out', () => {
    const result = loadResult();
    const one = { ...result, variants: result.variants.slice(0, 1), overloads: [] };
    expect(answerOf(one, s).headline).toContain('1000 users wait 2.20 s for an answer on average (gemini-repeats-closed).');
    expect(answerOf({ ...result, variants: [] }, s).headline).toContain(
      'On one-instance, on one machine, equal total resources, the processor gave out first',
    );
    const unfit =
      result.overloads?.map((overload) => ({ ...overload, validity: { verdict: 'invalid' as const, reasons: ['it was late.'] } })) ?? [];
    expect(answerOf({ ...result, variants: [], overloads: unfit }, s).headline).toBe(
      'On one-instance, on one machine, equal total resources, nothing can be said: it was late.',
    );
  });

  it('puts each open twin behind its closed loop', () => {
    expect(loadRows(loadResult(), s).map(({ variant }) => variant)).toEqual([
      'gemini-repeats-closed',
      'gemini-repeats-open',
      'mini-repeats-closed',
      'gemini-streamed',
    ]);
    const orphan = loadResult();
    orphan.variants.shift();
    expect(loadRows(orphan, s).map(({ variant }) => variant)).toContain('gemini-repeats-open');
    expect(loadRows(passingResult(), s)).toEqual([]);
  });

  it('shows load, streams, ramps, contradictions and claims in HTML, and has no place for searches', async () => {
    const page = await renderHtml(loadResult());
    const words = text(page);
    for (const part of [
      'The load, closed and open',
      '1000 users',
      'How streamed answers arrived',
      '270 tokens/s',
      'What gave out first',
      'Heap of the query process, MiB',
      'Connections to the vector node',
      'Cores in use',
      '1000 / (2 + 1.2) = 312.5',
      'askbot-load-mean refuted',
      'gemini-repeats-closed 251 requests/s',
      'Response time of ask-stream requests by percentile',
    ]) {
      expect(words).toContain(part);
    }
    expect(words).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(words).not.toContain('Ladder of rates');
    expect(words).not.toContain('What the variants are compared for');
    expect(page.match(/id="(load|overload|contradictions)"/g)).toHaveLength(3);
  });

  it('says the same in Markdown and on a terminal', () => {
    const markdown = renderMarkdown(loadResult());
    expect(markdown).toContain('## The load, closed and open');
    expect(markdown).toContain('| gemini-repeats-open | open,');
    expect(markdown).toContain(
      '- one instance, one-instance-heap-192. On one-instance-heap-192, on one machine, equal total resources, memory gave out first',
    );
    expect(markdown).toContain('1000 / (2 + 1.2) = 312.5');
    expect(markdown).toContain('p50 response time of what each is asked');
    expect(markdown).not.toMatch(/NaN|undefined|\[object/);
    const terminal = renderConsole(loadResult(), { color: false, columns: 120, paths: {}, nextCommand: 'x' });
    expect(terminal).toMatch(/gemini-repeats-closed +1 shard .* 2,000 +4,400 +7,200/);
    expect(terminal.replaceAll(/\s+/g, ' ')).toContain('memory gave out first');
  });

  it('draws the picture of asks where nobody searched', async () => {
    expect(await renderPercentilesSvg(loadResult())).toContain('Response time of ask requests by percentile');
  });

  it('names every way in which its variants were loaded, and that not every answer was read', () => {
    const workload = (result: Result) => provenanceFacts(result, s).find(([term]) => term === 'Workload')?.[1];
    expect(workload(loadResult())).toMatch(
      /^closed loops of 1,000 users, open loops, poisson arrivals as often as the users would ask, arrivals that rise until something gives out · /,
    );
    expect(workload(passingResult())).toMatch(/^open loop, poisson arrivals at 40\.0\/s · /);
    const result = loadResult();
    const windows = (sampled: Result) => provenanceFacts(sampled, s).find(([term]) => term === 'Windows')?.[1];
    expect(windows(result)).not.toContain('one request in a hundred');
    result.settings.sampledHistory = true;
    expect(windows(result)).toContain('one request in a hundred');
  });

  it('lets no text of a ramp or a contradiction leave its place', async () => {
    const result = loadResult();
    const hostile = '<script>alert(1)</script>|`x`';
    for (const overload of result.overloads ?? []) {
      overload.title = hostile;
      overload.first.evidence = hostile;
    }
    for (const contradiction of result.contradictions ?? []) {
      contradiction.statement = hostile;
      contradiction.arithmetic = hostile;
    }
    expect(await renderHtml(result)).not.toContain('<script>');
    expect(renderMarkdown(result)).not.toContain('<script>');
  });
});

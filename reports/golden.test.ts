import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { resultSchema } from '../harness/contract/result.ts';
import { renderConsole } from './console.ts';
import { renderHtml } from './html/index.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPercentilesSvg } from './percentiles-svg.ts';

const read = (file: string) => readFile(new URL(file, import.meta.url), 'utf8');
const result = resultSchema.parse(JSON.parse(await read('../fixtures/results/single-vs-sharded-quick.json')));

/** The result of a real run, kept as it was written: what it says must survive every change of the renderers. */
describe('a kept result of a real run', () => {
  it('renders in every format, with its question and without a figure that is none', async () => {
    const texts = {
      html: await renderHtml(result),
      markdown: renderMarkdown(result),
      svg: await renderPercentilesSvg(result),
      console: renderConsole(result, {
        color: false,
        columns: 100,
        paths: { report: 'report.html', data: 'result.json' },
        nextCommand: 'next',
      }),
    };
    for (const [format, text] of Object.entries(texts)) {
      expect(text, format).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
      expect(text, format).toContain('router-hash-3');
    }
    expect(texts.html).toContain(result.question);
    expect(texts.html).toContain(result.provenance.command);
  });

  it('is the picture in the README', async () => {
    expect(await read('../docs/single-vs-sharded.svg')).toBe(await renderPercentilesSvg(result));
  });
});

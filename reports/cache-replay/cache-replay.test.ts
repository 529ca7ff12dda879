import { describe, expect, it } from 'vitest';
import { cacheReplaySchema } from '../../harness/contract/cache-replay.ts';
import { sizeLimitBytes } from '../html/index.ts';
import { percent } from '../numbers.ts';
import { everyReplay, hostileReplay } from './cache-replay.testing.ts';
import { renderCacheReplayConsole } from './console.ts';
import { renderCacheReplayHtml } from './html.ts';
import { cacheReplayAnswer } from './sentences.ts';
import { cacheReplayStrings } from './strings.ts';

const onConsole = (result: Parameters<typeof renderCacheReplayConsole>[0]) =>
  renderCacheReplayConsole(result, { color: false, columns: 100, paths: ['out/report.html'] });
const s = cacheReplayStrings.en;

describe.each(Object.entries(everyReplay))('a replay, %s', (_name, build) => {
  it('is one of the contract', () => {
    expect(cacheReplaySchema.safeParse(build()).error?.issues ?? []).toEqual([]);
  });

  it('has no NaN, undefined, null, Infinity or [object Object] in any format, and is the same each time', async () => {
    for (const text of [await renderCacheReplayHtml(build()), onConsole(build())]) {
      expect(text).not.toMatch(/\b(?:NaN|undefined|Infinity|null)\b|\[object/);
    }
    expect(await renderCacheReplayHtml(build())).toBe(await renderCacheReplayHtml(build()));
  });

  it('stays within the size of a report', async () => {
    expect(Buffer.byteLength(await renderCacheReplayHtml(build()))).toBeLessThan(sizeLimitBytes);
  });

  it('shows every policy at every size, in both formats', async () => {
    const result = build();
    const page = await renderCacheReplayHtml(result);
    for (const { title, points } of [...result.policies, ...result.bounds]) {
      for (const text of [page, onConsole(result)]) {
        expect(text).toContain(title);
        for (const { missRatio } of points) {
          expect(text).toContain(percent(missRatio));
        }
      }
    }
  });
});

describe('the answer', () => {
  const answer = (build: () => ReturnType<typeof everyReplay.exact>) => cacheReplayAnswer(build(), s);

  it('names the best policy and the bound', () => {
    expect(answer(everyReplay.exact).headline).toBe(
      'At 200 entries, S3-FIFO misses 46.1 % of the requests; no policy could miss fewer than 31.1 %.',
    );
  });

  it('of a sample has intervals, and takes the bound for an estimate too', () => {
    expect(answer(everyReplay.sampled).headline).toBe(
      'At 200 entries, S3-FIFO misses 46.1 (44.6–47.6) % of the requests; the bound is 31.1 (29.6–32.6) %.',
    );
    // SIEVE is one point above, which the interval of the difference does not exclude from 0.
    expect(answer(everyReplay.sampled).qualifiers.join(' ')).toContain(
      'SIEVE is within 1.00 points of it: nothing here decides between them.',
    );
    expect(answer(everyReplay.exact).qualifiers.join(' ')).not.toContain('nothing here decides');
  });

  it('says what LRU would need, from its curve', () => {
    const { qualifiers } = answer(everyReplay.exact);
    const [, size] = /LRU misses 52.1 %, 6.00 points more; it would need ([\d,]+) entries/.exec(qualifiers.join(' ')) ?? [];
    const needed = everyReplay
      .exact()
      .lruCurve?.find(({ missRatio }) => missRatio <= (everyReplay.exact().policies[4]?.points[2]?.missRatio ?? 0));
    expect(Number(size?.replace(',', ''))).toBe(needed?.size);
  });

  it('of one policy without a bound claims no more than that, and says that keys were drawn', () => {
    const { headline, qualifiers } = answer(everyReplay.bare);
    expect(headline).toBe('LRU with 200 entries misses 100 % of the requests.');
    expect(qualifiers[0]).toContain('keys were drawn, Zipf 0.8 over 500 keys');
  });
});

describe('hostile text', () => {
  it('becomes no element, attribute or link', async () => {
    const whole = await renderCacheReplayHtml(hostileReplay());
    // Within a quoted value it is text.
    const page = whole.replace(/(?<==)"[^"]*"/g, '""');
    expect(whole.match(/href="(?!#)/)).toBeNull();
    expect(page).toContain('&lt;script&gt;');
    expect(page.match(/<script|<img|<[^>]*\sonerror=/i)).toBeNull();
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(whole.match(/[\p{Zl}\p{Zp}\p{Cf}]/u)).toBeNull();
  });
});

it('refuses a figure that is not finite rather than printing it', async () => {
  const result = everyReplay.exact();
  const [policy] = result.policies;
  const broken = { ...result, policies: [{ ...policy, points: [{ size: 200, missRatio: Number.NaN }] }] } as typeof result;
  await expect(renderCacheReplayHtml(broken)).rejects.toThrow(/NOT_A_FIGURE/);
});

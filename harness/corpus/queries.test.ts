import { describe, expect, test } from 'vitest';
import { searchRequestSchema } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { tenantNames } from './documents.ts';
import { createQueries, type Query } from './queries.ts';
import { createZipf } from './zipf.ts';

const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 16 });
const tenants = tenantNames(4);
const settings = { seed: 2, tenants, distinct: 200, zipfExponent: 0.8, neverRepeatedShare: 0.3, chineseShare: 0.4 };
const queries = createQueries(space, settings);
const take = (seed: number, label: string, count = 20_000): Query[] => {
  const stream = queries.open(seed, label);
  return Array.from({ length: count }, () => stream.next());
};
const sample = take(1, '0');

describe('queries', () => {
  test('come again for the same seed and label', () => {
    const again = createQueries(space, settings).open(1, '0');
    expect(Array.from({ length: 500 }, () => again.next())).toEqual(sample.slice(0, 500));
    expect(queries.pool.length).toBe(200);
    expect(new Set(queries.pool.map(({ text }) => text)).size).toBe(200);
  });

  test('never repeat in the share asked for, within four standard deviations', () => {
    const once = sample.filter(({ repeated }) => !repeated);
    expect(Math.abs(once.length / sample.length - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / sample.length));
  });

  test('asked once are asked once in a whole run, even by windows of one seed', () => {
    const once = [...sample, ...take(1, '1'), ...take(2, '11')].filter(({ repeated }) => !repeated).map(({ text }) => text);
    expect(new Set(once).size).toBe(once.length);
    const pool = new Set(queries.pool.map(({ text }) => text));
    expect(once.some((text) => pool.has(text))).toBe(false);
  });

  test('of the pool are as popular as Zipf’s law has it (chi-square)', () => {
    const repeated = sample.filter((query) => query.repeated);
    const { probability } = createZipf(200, 0.8);
    const statistic = queries.pool.reduce((sum, { text }, rank) => {
      const expected = repeated.length * probability(rank);
      return sum + (repeated.filter((query) => query.text === text).length - expected) ** 2 / expected;
    }, 0);
    // 99.9 % point with 199 degrees of freedom.
    expect(statistic).toBeLessThan(266.4);
  });

  test('come from all tenants alike, who ask the same questions', () => {
    const counts = tenants.map((tenant) => sample.filter((query) => query.tenant === tenant).length);
    const statistic = counts.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0);
    // 99.9 % point with 3 degrees of freedom.
    expect(statistic).toBeLessThan(16.27);
    const askers = new Set(sample.filter(({ text }) => text === queries.pool[0]?.text).map(({ tenant }) => tenant));
    expect(askers.size).toBe(4);
  });

  test('are valid on the wire, short, and Chinese in the share asked for', () => {
    const chinese = queries.pool.filter(({ language }) => language === 'zh').length / 200;
    expect(Math.abs(chinese - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 200));
    for (const { text, language } of sample.slice(0, 300)) {
      searchRequestSchema.parse({ query_text: text });
      expect(/\p{Script=Han}/v.test(text)).toBe(language === 'zh');
      expect(text.length).toBeLessThan(160);
    }
  });

  test.each([
    [0, true],
    [1, false],
  ])('a share of %d that never repeats leaves only one kind', (neverRepeatedShare, repeated) => {
    const stream = createQueries(space, { ...settings, neverRepeatedShare }).open(1, 'x');
    expect(Array.from({ length: 200 }, () => stream.next().repeated)).toEqual(Array.from({ length: 200 }, () => repeated));
  });
});

import { expect, test } from 'vitest';
import { createConceptSpace } from './concept-space.ts';
import { commonShare, relevanceTo } from './relevance.ts';

const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 16 });
const about = (concept: number, language: 'en' | 'zh' = 'en') => space.words(concept, language).join(language === 'en' ? ' the ' : '的');

test('a mixture counts the words of concepts and nothing else', () => {
  const [first, second] = [space.words(3, 'en')[0], space.words(9, 'zh')[0]];
  expect([...space.mixture(`the ${first} of ${first} XY-12 ${first} ${second}`)]).toEqual([
    [3, 0.75],
    [9, 0.25],
  ]);
  expect(space.mixture('nothing known').size).toBe(0);
});

test('the same concept is relevant, in the other language too; another concept is not', () => {
  const relevance = relevanceTo(space, about(3));
  expect(relevance(about(3))).toBeCloseTo(1, 12);
  expect(relevance(about(3, 'zh'))).toBeCloseTo(0.7, 12);
  expect(relevance(about(4))).toBeLessThan(0.2);
});

test('terms of no concept count by themselves: a code is found', () => {
  const relevance = relevanceTo(space, 'where is ZX-4711');
  expect(relevance('see zx-4711 for more')).toBeGreaterThan(relevance('see zx-4712 for more'));
});

test('a text without terms is relevant to nothing, and nothing is not relevant to it', () => {
  expect(relevanceTo(space, '?')(about(1))).toBe(0);
  expect(commonShare(new Map(), space.mixture(about(1)))).toBe(0);
});

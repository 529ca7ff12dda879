import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseQuery } from './preprocess.ts';

test('compatibility characters and white space fold, case and wording stay', () => {
  expect(normaliseQuery('  Ｈｏｗ\u3000do I\n\treset   ﬁles？ ')).toBe('How do I reset files?');
  expect(normaliseQuery('如何 重置')).toBe('如何 重置');
});

test('normalising twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = normaliseQuery(text);
      expect(normaliseQuery(once)).toBe(once);
    }),
  );
});

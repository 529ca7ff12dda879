import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseQuery } from './preprocess.ts';

test('compatibility characters and white space fold, case and wording stay', () => {
  expect(normaliseQuery('  Ｈｏｗ\u3000do I\n\treset   ﬁles？ ')).toBe('How do I reset files?');
  expect(normaliseQuery('如何 重置')).toBe('如何 重置');
});

const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.constantFrom(0x20, 0x3000, 0xff21, 0xfb01, 0x301)))
  .map((points) => String.fromCodePoint(...points));

test('normalising twice changes nothing more', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = normaliseQuery(text);
      expect(normaliseQuery(once)).toBe(once);
    }),
  );
});

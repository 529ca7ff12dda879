import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodedPath } from './forward.ts';

test('a path is plain ASCII without anything that ends it, and says what was said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), (id, after) => {
      const path = encodedPath(['v1', 'documents', id], `/anything?after=${encodeURIComponent(after)}`);
      expect(path).toMatch(/^\/v1\/documents\/[!-~]+$/);
      const url = new URL(path.replaceAll('%2E', '.'), 'http://host');
      expect(url.searchParams.get('after')).toBe(after);
      expect(decodeURIComponent(path.split('?')[0]?.split('/')[3] ?? '')).toBe(id);
    }),
  );
});

test('without a query there is no question mark', () => {
  expect(encodedPath(['v1', 'documents'], '/v1/documents')).toBe('/v1/documents');
});

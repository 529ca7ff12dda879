import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hitOf, labelOf, pointFilterOf, pointIdOf } from './point.ts';
import { hitSchema } from './search.ts';

const key = fc.record({
  tenant: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/),
  knowledge_base: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,10}$/),
  doc_id: fc.string({ minLength: 1, maxLength: 20 }),
});

test('point ids are equal exactly when the documents are', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      const same = left.tenant === right.tenant && left.knowledge_base === right.knowledge_base && left.doc_id === right.doc_id;
      expect(pointIdOf(left) === pointIdOf(right)).toBe(same);
    }),
  );
});

test('a point id never changes: points that exist would be orphaned', () => {
  expect(pointIdOf({ tenant: 'acme', knowledge_base: 'default', doc_id: 'doc-1' })).toBe('8053d953-ed18-5e30-ba18-91083b48ccaf');
});

test('labels tell types and keys apart', () => {
  const labels = [
    labelOf('a', 1),
    labelOf('a', '1'),
    labelOf('a', true),
    labelOf('a', 'true'),
    labelOf('a","b', 'c'),
    labelOf('a', 'b","c'),
  ];
  expect(new Set(labels).size).toBe(labels.length);
});

test('a filter always has the tenant', () => {
  expect(pointFilterOf('acme', {})).toEqual({ must: [{ key: 'tenant', match: { value: 'acme' } }] });
  expect(pointFilterOf('acme', { knowledge_base: 'kb', metadata: { lang: 'de' } }).must).toEqual([
    { key: 'tenant', match: { value: 'acme' } },
    { key: 'knowledge_base', match: { value: 'kb' } },
    { key: 'labels', match: { value: '["lang","de"]' } },
  ]);
});

test('a hit shows neither tenant nor labels', () => {
  const payload = { tenant: 'acme', knowledge_base: 'kb', doc_id: 'a', content: 'c', metadata: {}, document_version: 3, labels: [] };
  const hit = hitOf(0.5, payload);
  expect(hitSchema.parse(hit)).toEqual(hit);
});

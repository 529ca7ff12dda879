import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePath } from '../points/payload-path.ts';
import { FlatSegment } from '../segment/flat-segment.ts';
import { groupedHits } from './groups.ts';
import type { Hit } from './hit.ts';

const values = fc.constantFrom<unknown>('a', 'b', 'c', 1, ['a', 'b'], [1, 'c', 'c'], null, 1.5, undefined);

test('groups are those of looking at every hit, however few are looked at first', () => {
  fc.assert(
    fc.property(
      fc.array(values, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      (given, groupSize, groupLimit) => {
        const segment = new FlatSegment({});
        given.forEach((g, id) => {
          const payload = g === undefined ? {} : { g };
          segment.upsert({ id, vectors: new Map(), payload, payloadJson: JSON.stringify(payload) }, 1);
        });
        const hits: Hit[] = given.map((_value, row) => ({ row, score: 100 - row, version: 1 }));
        const expected = new Map<unknown, number[]>();
        given.forEach((g, row) => {
          for (const id of new Set([g].flat().filter((value) => typeof value === 'string' || Number.isInteger(value)))) {
            expected.set(id, [...(expected.get(id) ?? []), row]);
          }
        });
        const groups = groupedHits(segment, (limit) => hits.slice(0, limit), parsePath('g'), { groupSize, groupLimit });
        expect(groups.map(({ id, hits: found }) => [id, found.map(({ row }) => row)])).toEqual(
          [...expected].slice(0, groupLimit).map(([id, rows]) => [id, rows.slice(0, groupSize)]),
        );
      },
    ),
  );
});

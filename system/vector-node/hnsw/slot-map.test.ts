import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlotMap } from './slot-map.ts';

const steps = fc.array(fc.record({ kind: fc.constantFrom('append', 'bury', 'tombstone'), row: fc.nat(40) }), { maxLength: 200 });

test('a slot map is the list of rows in the order of their slots, and a copy of its beginning stands alone', () => {
  fc.assert(
    fc.property(steps, fc.nat(200), (sequence, cut) => {
      const slots = new SlotMap();
      const model: (number | undefined)[] = [];
      const check = (map: SlotMap, rows: readonly (number | undefined)[]) => {
        expect(map.size).toBe(rows.length);
        expect(rows.map((_, slot) => map.rowOf(slot))).toEqual(rows.map((row) => row ?? -1));
        expect(map.liveCount).toBe(rows.filter((row) => row !== undefined).length);
        for (let row = 0; row <= 40; row += 1) {
          expect(map.has(row)).toBe(rows.includes(row));
        }
      };
      for (const { kind, row } of sequence) {
        if (kind === 'tombstone') {
          slots.appendTombstone();
          model.push(undefined);
        } else if (kind === 'append' && !slots.has(row)) {
          slots.append(row);
          model.push(row);
        } else if (kind === 'bury') {
          const slot = model.indexOf(row);
          expect(slots.bury(row)).toBe(slot >= 0);
          if (slot >= 0) {
            model[slot] = undefined;
          }
        }
      }
      check(slots, model);
      const size = Math.min(cut, model.length);
      const copy = slots.copy(size);
      check(copy, model.slice(0, size));
      copy.appendTombstone();
      check(slots, model);
    }),
  );
});

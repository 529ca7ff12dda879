import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textWidth } from '../text-width.ts';
import { placeLabels } from './point-labels.ts';

const room = { width: 500, height: 300 };

it('places up to a dozen labels anywhere without one over another', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 10, max: 290 }) });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
      const placed = placeLabels(
        points.map((each, place) => ({ ...each, text: `rule-${place}` })),
        room,
      );
      for (const [place, { textX, textY, text }] of placed.entries()) {
        expect(textX).toBeGreaterThanOrEqual(0);
        expect(textX + textWidth(text, 11)).toBeLessThanOrEqual(room.width);
        for (const other of placed.slice(place + 1)) {
          const apart =
            Math.abs(other.textY - textY) >= 14 ||
            textX + textWidth(text, 11) <= other.textX ||
            other.textX + textWidth(other.text, 11) <= textX;
          expect(apart).toBe(true);
        }
      }
    }),
    { numRuns: 100 },
  );
});

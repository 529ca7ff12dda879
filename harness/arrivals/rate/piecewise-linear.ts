import type { IntegratedRate } from './integrated-rate.ts';

/** A straight line from one rate to another; pieces follow each other without a hole, the first from 0 s. */
export interface RatePiece {
  readonly seconds: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

interface PlacedPiece extends RatePiece {
  readonly fromSeconds: number;
  readonly expectedBefore: number;
}

function placed(pieces: readonly RatePiece[]): PlacedPiece[] {
  let fromSeconds = 0;
  let expectedBefore = 0;
  return pieces
    .filter(({ seconds }) => seconds > 0)
    .map((piece) => {
      const one = { ...piece, fromSeconds, expectedBefore };
      fromSeconds += piece.seconds;
      expectedBefore += (piece.seconds * (piece.fromPerSecond + piece.toPerSecond)) / 2;
      return one;
    });
}

function expectedWithin({ seconds, fromPerSecond, toPerSecond }: RatePiece, into: number): number {
  return into * (fromPerSecond + ((toPerSecond - fromPerSecond) * into) / (2 * seconds));
}

/** The root of the integral of a line, in the form that loses no digits when the slope is small or negative. */
function secondsInto({ seconds, fromPerSecond, toPerSecond }: RatePiece, expected: number): number {
  const slope = (toPerSecond - fromPerSecond) / seconds;
  const endRate = Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slope * expected));
  const twiceMeanRate = fromPerSecond + endRate;
  return twiceMeanRate > 0 ? Math.min(seconds, (2 * expected) / twiceMeanRate) : 0;
}

/** Integral and closed inverse of straight lines. Ascending questions are answered in constant time. */
export function piecewiseLinear(pieces: readonly RatePiece[]): IntegratedRate {
  const all = placed(pieces);
  const total = all.reduce((sum, piece) => sum + expectedWithin(piece, piece.seconds), 0);
  const last = all.length - 1;
  // Only where the search begins: the answer does not depend on what was asked before.
  let timeCursor = 0;
  let countCursor = 0;
  return {
    total,
    expectedBy(seconds) {
      timeCursor = (all[timeCursor]?.fromSeconds ?? 0) <= seconds ? timeCursor : 0;
      while (timeCursor < last && (all[timeCursor + 1] as PlacedPiece).fromSeconds <= seconds) {
        timeCursor += 1;
      }
      const piece = all[timeCursor];
      const into = piece === undefined ? 0 : seconds - piece.fromSeconds;
      return piece === undefined || (timeCursor === last && into >= piece.seconds)
        ? total
        : piece.expectedBefore + expectedWithin(piece, into);
    },
    dueAt(expected) {
      countCursor = (all[countCursor]?.expectedBefore ?? 0) <= expected ? countCursor : 0;
      while (countCursor < last && (all[countCursor + 1] as PlacedPiece).expectedBefore <= expected) {
        countCursor += 1;
      }
      const piece = all[countCursor];
      return piece === undefined ? 0 : piece.fromSeconds + secondsInto(piece, expected - piece.expectedBefore);
    },
  };
}

/** Digits that tell every 32-bit float from its neighbours. */
const greatestDigits = 9;
const usualDigits = 7;
/** Integers below this have no digits to lose. */
const greatestShortInteger = 1e7;

/** The number with the fewest digits that is this 32-bit float: 0.1 instead of 0.10000000149011612. */
export function shortFloat(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < greatestShortInteger) {
    return value;
  }
  for (let digits = usualDigits; digits < greatestDigits; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) {
      return shorter;
    }
  }
  return Number(value.toPrecision(greatestDigits));
}

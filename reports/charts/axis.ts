const steps = [1, 2, 5] as const;

/** All values of the 1-2-5 sequence within a closed range of positive numbers. */
export function ticks125(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent += 1) {
    for (const step of steps) {
      const tick = Number((step * 10 ** exponent).toPrecision(1));
      // A hair of tolerance keeps the ends of a range that is itself made of ticks.
      if (tick >= low * 0.999_999 && tick <= high * 1.000_001) {
        ticks.push(tick);
      }
    }
  }
  return ticks;
}

/** The smallest range of 1-2-5 ticks around all positive values; undefined when there is none. */
export function logDomain(values: readonly number[]): readonly [number, number] | undefined {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) {
    return undefined;
  }
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  const ticks = ticks125(low / 10, high * 10);
  const first = ticks.findLast((tick) => tick <= low) ?? low;
  const last = ticks.find((tick) => tick >= high) ?? high;
  return first === last ? [first / 2, last * 2] : [first, last];
}

/** Thins labels of a log axis until each has room: 1-2-5, then 1 of each decade, then every second decade. */
export function labelledTicks(ticks: readonly number[], most: number): readonly number[] {
  if (ticks.length <= most) {
    return ticks;
  }
  const decades = ticks.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  return decades.length <= most ? decades : decades.filter((_, index) => index % Math.ceil(decades.length / most) === 0);
}

/** Position in px of a value on a log axis whose domain fills `[from, to]`. */
export function logPosition(domain: readonly [number, number], from: number, to: number): (value: number) => number {
  const [low, high] = domain.map(Math.log) as [number, number];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

/** A round upper end of a linear axis that starts at 0. */
export function linearTop(values: readonly number[]): number {
  const high = Math.max(0, ...values.filter(Number.isFinite));
  if (high === 0) {
    return 1;
  }
  const unit = 10 ** Math.floor(Math.log10(high));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= high) ?? 10) * unit;
}

/** Ticks of whole numbers from 0 to the first that holds `high`, at most `most` steps. */
export function wholeTicks(high: number, most: number): number[] {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, high))) - 1);
  const step = [1, 2, 5, 10, 20, 50, 100].map((each) => each * unit).find((each) => high / each <= most) ?? high;
  return Array.from({ length: Math.max(1, Math.ceil(high / step)) + 1 }, (_, place) => place * step);
}

/** Moves labels apart until neighbours are `gap` px from each other, keeping their order and staying above `bottom`. */
export function spreadLabels(positions: readonly number[], gap: number, bottom: number): number[] {
  const order = positions.map((position, index) => ({ position, index })).toSorted((a, b) => a.position - b.position);
  for (const [place, label] of order.entries()) {
    const above = order[place - 1];
    if (above && label.position - above.position < gap) {
      label.position = above.position + gap;
    }
  }
  let floor = bottom;
  for (const label of order.toReversed()) {
    label.position = Math.min(label.position, floor);
    floor = label.position - gap;
  }
  return order.toSorted((a, b) => a.index - b.index).map((label) => label.position);
}

/** A value that holds from its time until the next. */
export interface TimedStep {
  readonly atSeconds: number;
  readonly value: number;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
/** Heights to half a pixel: smaller steps are not seen, and need no corner. */
const half = (value: number): number => Math.round(value * 2) / 2;

/** The steps that a chart from 0 to `seconds` shows: those that change something, the one that holds at 0 first. */
export function visibleSteps(steps: readonly TimedStep[], seconds: number): TimedStep[] {
  const held = steps.findLast(({ atSeconds }) => atSeconds <= 0);
  const later = steps.filter(({ atSeconds }) => atSeconds > 0 && atSeconds < seconds);
  const [first] = later;
  const all = [...(held ? [{ atSeconds: 0, value: held.value }] : first ? [{ ...first }] : []), ...later];
  return all.filter(({ value }, place) => place === 0 || value !== all[place - 1]?.value);
}

export interface Scales {
  readonly atX: (seconds: number) => number;
  readonly atY: (value: number) => number;
}

/**
 * A staircase from the first step to the end, as the `d` of a path; empty where there is no step. Steps that fall on one pixel are drawn as the range that they went through, so
 * that a path never has more corners than its picture has pixels, and nothing that happened is hidden.
 */
export function stepPath(steps: readonly TimedStep[], seconds: number, { atX, atY }: Scales): string {
  const shown = visibleSteps(steps, seconds);
  const [first] = shown;
  if (first === undefined) {
    return '';
  }
  const drawn = (value: number) => half(atY(value));
  const pixels = Map.groupBy(shown.slice(1), ({ atSeconds }) => Math.floor(atX(atSeconds)));
  let d = `M${tenth(atX(first.atSeconds))},${drawn(first.value)}`;
  let before = drawn(first.value);
  for (const inPixel of pixels.values()) {
    const heights = inPixel.map(({ value }) => drawn(value));
    const last = heights.at(-1) ?? before;
    // Beyond the two ends of a plain step lies what would otherwise not be seen.
    const extremes = [Math.max(before, ...heights), Math.min(before, ...heights)].filter((each) => each !== before && each !== last);
    if (last !== before || extremes.length > 0) {
      d += `H${tenth(atX(inPixel[0]?.atSeconds ?? 0))}${[...extremes, last].map((y) => `V${y}`).join('')}`;
    }
    before = last;
  }
  return `${d}H${tenth(atX(seconds))}`;
}

export interface LogAxis {
  /** Name of the quantity, which the marks of the chart share. */
  readonly field: string;
  readonly domain: readonly [number, number];
  /** A value within the domain. */
  readonly anchor: number;
  readonly ticks: readonly number[];
  readonly nameOf: (tick: number) => string;
  /** Of the plot, px. */
  readonly height: number;
  readonly grid: boolean;
}

/** A logarithmic axis above a chart whose marks are placed in pixels: an invisible rule, for a layer without a mark has no axis. */
export function logAxisLayer({ field, domain, anchor, ticks, nameOf, height, grid }: LogAxis): unknown {
  const names = Object.fromEntries(ticks.map((tick) => [String(tick), nameOf(tick)]));
  return {
    data: { values: [{ [field]: anchor }] },
    mark: { type: 'rule', opacity: 0 },
    encoding: {
      x: {
        field,
        type: 'quantitative',
        scale: { type: 'log', domain, nice: false },
        axis: {
          orient: 'top',
          values: ticks,
          labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`,
          title: null,
          labelOverlap: false,
          grid,
        },
      },
      y: { value: 0 },
      y2: { value: height },
    },
  };
}

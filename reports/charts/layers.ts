/** The few Vega-Lite layers that all charts share, with every position either a field of a scale or a pixel. */

export const hatch = 'url(#hatch)';

interface TextStyle {
  readonly align?: 'left' | 'right' | 'center';
  readonly colour?: string;
  readonly weight?: 400 | 500 | 600;
  readonly size?: number;
}

export interface Label extends TextStyle {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** A text at a pixel of the plot; positions outside the plot reach the reserved sides. */
export function label({ x, y, text, align = 'left', colour = 'var(--ink2)', weight = 400, size = 11 }: Label): unknown {
  return {
    // One row, because a layer inherits no data here and would otherwise draw nothing.
    data: { values: [{}] },
    mark: { type: 'text', text, align, baseline: 'middle', color: colour, fontSize: size, fontWeight: weight, clip: false, limit: 0 },
    encoding: { x: { value: x }, y: { value: y } },
  };
}

export interface Box {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
}

/** A filled rectangle in pixels of the plot. */
export function box({ x, x2, y, y2 }: Box, fill: string, opacity = 1): unknown {
  return {
    data: { values: [{}] },
    mark: { type: 'rect', color: fill, opacity },
    encoding: { x: { value: x }, x2: { value: x2 }, y: { value: y }, y2: { value: y2 } },
  };
}

/** A straight line in pixels of the plot. */
export function line({ x, x2, y, y2 }: Box, stroke: string, width = 1, dash: readonly number[] = []): unknown {
  return {
    data: { values: [{}] },
    mark: { type: 'rule', color: stroke, strokeWidth: width, strokeDash: dash },
    encoding: { x: { value: x }, x2: { value: x2 }, y: { value: y }, y2: { value: y2 } },
  };
}

/** The dash of a limit on every chart. */
export const limitDash = [1, 2.5] as const;

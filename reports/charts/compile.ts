import * as vega from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { type Markup, trusted } from '../markup.ts';
import { textWidth } from '../text-width.ts';
import { visible } from '../untrusted-text.ts';

interface TextItem {
  readonly fontSize?: number;
}

// Without a canvas Vega takes every character for 0.8 em, which clips Chinese; its typings do not list this hook.
const { textMetrics } = vega as unknown as { textMetrics: { width: (item: TextItem, text: string | number | null | undefined) => number } };
textMetrics.width = (item, text) => textWidth(String(text ?? ''), item.fontSize ?? 11);

export const fontFamily =
  'Inter, system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Noto Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif';

const config: Config = {
  aria: false,
  background: 'transparent',
  font: fontFamily,
  view: { stroke: null },
  text: { fontSize: 11, color: 'var(--ink2)' },
  axis: {
    labelColor: 'var(--ink3)',
    labelFontSize: 11,
    labelLimit: 0,
    titleLimit: 0,
    titleColor: 'var(--ink3)',
    titleFontSize: 11,
    titleFontWeight: 400,
    gridColor: 'var(--hair)',
    domain: false,
    ticks: false,
    labelPadding: 6,
  },
};

/** A chart of fixed size: the sides reserve the room that axes and direct labels need, so nothing can leave the picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function plotSize(frame: Frame): { readonly width: number; readonly height: number } {
  return { width: frame.width - frame.left - frame.right, height: frame.height - frame.top - frame.bottom };
}

export type ChartBody = { readonly layer: readonly unknown[]; readonly view?: Config['view'] };

/**
 * Compiles a layered Vega-Lite spec to SVG. Colours may be `var(--…)` and fills `url(#hatch)`: Vega passes them through,
 * and the page or `standalone` gives them their values. No script, style attribute or outside reference remains.
 */
export async function renderChart(frame: Frame, body: ChartBody, className: string): Promise<Markup> {
  const spec = {
    autosize: { type: 'none' },
    padding: { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom },
    ...plotSize(frame),
    layer: body.layer,
    config: { ...config, view: body.view ?? config.view },
  } as unknown as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return trusted(slim(await view.toSVG(), frame, className));
  } finally {
    view.finalize();
  }
}

/** Drops what a static picture does not need: ARIA and pointer attributes, empty paths, decimals below a tenth of a pixel. */
function slim(svg: string, frame: Frame, className: string): string {
  const body = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<path[^>]*(?: d=""| d="M0,0h0v0h0Z")[^>]*\/>/g, '')
    .replace(/ (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"/g, '')
    .replace(/ opacity="1"/g, '')
    .replace(
      / (d|transform|x2|y2|x1|y1)="([^"]*)"/g,
      (_, name: string, value: string) => ` ${name}="${value.replace(/\d+\.\d{2,}/g, (n) => String(Number(Number(n).toFixed(1))))}"`,
    )
    .replace(/<g><\/g>/g, '')
    .replaceAll(` font-family="${fontFamily}"`, '');
  return `<svg xmlns="http://www.w3.org/2000/svg" class="${className}" width="${frame.width}" height="${frame.height}" viewBox="0 0 ${frame.width} ${frame.height}" font-family="${fontFamily}" aria-hidden="true">${body}`;
}

/** Text that enters a spec: Vega escapes markup but knows nothing of control characters. */
export function chartText(text: string): string {
  return visible(text);
}

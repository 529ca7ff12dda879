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

/** What SVG assumes by itself, or what the root of the picture says once; the font is the page's or the picture's own. */
const assumed =
  / (?:opacity="1"|stroke-width="1"|font-size="11px"|font-weight="400"|text-anchor="start"|stroke-dasharray=""|transform="translate\(0,0\)")/g;

/** Drops what a static picture does not need: ARIA and pointer attributes, defaults, empty paths, wrappers, decimals below a tenth of a pixel. */
function slim(svg: string, frame: Frame, className: string): string {
  const body = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<g\/>|<path[^>]*(?: d=""| d="M0,0h0v0h0Z")[^>]*\/>/g, '')
    .replace(/<[a-z][^>]*>/g, slimTag)
    // The ground of a view that has neither fill nor stroke.
    .replace(/<path d="[^"]*"\/>/g, '');
  return `<svg xmlns="http://www.w3.org/2000/svg" class="${className}" width="${frame.width}" height="${frame.height}" viewBox="0 0 ${frame.width} ${frame.height}" font-size="11" aria-hidden="true">${unwrapped(body)}`;
}

function slimTag(tag: string): string {
  const plain = tag
    .replace(/ (?:aria-[a-z]+|role|class|pointer-events|font-family)="[^"]*"/g, '')
    .replace(assumed, '')
    .replace(
      / (d|transform|x2|y2|x1|y1)="([^"]*)"/g,
      (_, name: string, value: string) => ` ${name}="${value.replace(/\d+\.\d{2,}/g, (n) => String(Number(Number(n).toFixed(1))))}"`,
    );
  if (tag.startsWith('<path')) {
    return plain.replace(/ d="(M[-\d.,ML]+Z?)"/, (_, path: string) => ` d="${relative(path)}"`);
  }
  return tag.startsWith('<text') ? plain.replace(/ transform="translate\(([^,)]+),([^,)]+)\)"/, ' x="$1" y="$2"') : plain;
}

/** A path of straight lines with each point counted from the one before, which takes fewer digits; nothing is rounded twice. */
function relative(path: string): string {
  const tenths = (text: string) => Math.round(Number(text) * 10);
  let [x, y] = [0, 0];
  return path.replace(/([ML])(-?[\d.]+),(-?[\d.]+)/g, (_, command: string, toX: string, toY: string) => {
    const [dx, dy] = [tenths(toX) - x, tenths(toY) - y];
    [x, y] = [x + dx, y + dy];
    return command === 'M' ? `M${toX},${toY}` : `l${dx / 10},${dy / 10}`;
  });
}

/** The markup without groups that carry no attribute: they change nothing that is drawn. */
function unwrapped(svg: string): string {
  const open: boolean[] = [];
  return svg.replace(/<g([^>]*)>|<\/g>/g, (tag, attributes: string | undefined) => {
    if (tag !== '</g>') {
      open.push(attributes !== '');
    } else if (open.pop() === true) {
      return tag;
    }
    return attributes === undefined || attributes === '' ? '' : tag;
  });
}

/** Text that enters a spec: Vega escapes markup but knows nothing of control characters. */
export function chartText(text: string): string {
  return visible(text);
}

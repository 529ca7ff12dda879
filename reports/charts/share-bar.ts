import { html, type Markup } from '../markup.ts';

const width = 160;

/** A bar from 0 for one row of a table; the figure itself stands in the next column. */
export function shareBar(share: number, colour: string, reference?: number): Markup {
  const length = Math.max(0, Math.min(1, share)) * width;
  return html`<svg class="bar" width="${width}" height="12" viewBox="0 0 ${width} 12" aria-hidden="true"><rect x="0" y="1" width="${length.toFixed(1)}" height="10" fill="${colour}" opacity="0.8"/>${
    reference !== undefined &&
    html`<line x1="${(reference * width).toFixed(1)}" x2="${(reference * width).toFixed(1)}" y1="0" y2="12" stroke="var(--ink)" stroke-dasharray="1 2.5"/>`
  }</svg>`;
}

import { createHash } from 'node:crypto';
import { glyphSymbols } from '../charts/marks.ts';
import { html, type Markup, trusted } from '../markup.ts';
import { style } from './style.ts';

export interface HtmlDocument {
  readonly language: string;
  readonly title: string;
  readonly description: string;
  readonly body: Markup;
}

/** A whole page: no script, nothing loaded, and a policy that admits only the one stylesheet in it. */
export function htmlDocument({ language, title, description, body }: HtmlDocument): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const hatch = html`<svg class="defs" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" stroke="var(--hatch)" stroke-width="1.5"/></pattern>${glyphSymbols}</defs></svg>`;
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="description" content="${description}"><title>${title}</title><style>${trusted(style)}</style></head><body>${hatch}${body}</body></html>
`.markup;
}

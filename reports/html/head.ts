import type { Result } from '../../harness/contract/result.ts';
import { html, type Markup } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { utc } from '../validity-text.ts';

/** The line at the top of a report: which run it is, and links to its sections. */
export function pageHead(result: Result, sections: readonly { readonly id: string; readonly name: string }[], s: Strings): Markup {
  const links = html`<a href="#answer">${s.nav.answer}</a>${sections.map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}`;
  return html`<header class="top"><div><p class="crumbs"><span class="minor"><b>${s.product}</b><i>/</i></span><b>${result.scenario}</b><i>/</i><span>${s.first.run(
    utc(result.provenance.startedAt),
  )}</span><span class="minor"><i>/</i>${result.profile}<i>/</i>${s.first.seed(result.seed)}</span></p><nav aria-label="${s.nav.label}">${links}</nav><details><summary aria-label="${s.nav.label}">☰</summary><div>${links}</div></details></div></header>`;
}

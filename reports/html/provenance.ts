import type { Result } from '../../harness/contract/result.ts';
import { html, prose } from '../markup.ts';
import { provenanceFacts } from '../provenance-facts.ts';
import type { Strings } from '../strings.ts';
import { type Section, section } from './parts.ts';

/** Everything that is needed to get these numbers again, the command last. */
export function provenanceSection(result: Result, s: Strings): Section {
  return section(
    'provenance',
    s.section.provenance,
    s.provenance.subtitle,
    html`<dl class="facts wide-terms">${provenanceFacts(result, s).map(([term, text]) => html`<dt>${term}</dt><dd>${prose(text)}</dd>`)}</dl><p class="reproduce">${s.provenance.reproduce}</p><pre><code>${
      result.provenance.command
    }</code></pre>`,
    'half',
  );
}

import type { Result } from '../../harness/contract/result.ts';
import { mark } from '../charts/marks.ts';
import { seriesOf } from '../charts/series.ts';
import { crowded, judgedInOrder } from '../findings.ts';
import { html, type Insertable, type Markup, prose } from '../markup.ts';
import { absent } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { inUnit, limitInUnit } from '../validity-text.ts';
import { warmUpText } from '../warm-up-text.ts';
import { figure, nothing, type Section, section, table, verdictWord } from './parts.ts';

/** Each check with what was observed and its limit, and the order of the repetitions with the invalid ones hatched. */
export function validitySection(result: Result, s: Strings): Section {
  const warmUp = warmUpText(result, s);
  return section(
    'validity',
    s.section.validity,
    s.validity.subtitle,
    html`${checkTable(result, s)}${warmUp !== undefined && html`<p class="note">${prose(warmUp)}</p>`}${order(result, s)}`,
    'half',
  );
}

/** Why the run is invalid, and each check with what was observed and its limit. */
export function checkTable(result: Result, s: Strings): Markup {
  const columns = [
    { head: s.validity.check },
    { head: s.validity.observed, numeric: true },
    { head: s.validity.limit, numeric: true },
    { head: s.validity.verdict },
  ];
  const rows = result.validity.checks.map((check) => [
    check.title,
    check.observed === undefined ? absent : prose(inUnit(check.observed, check.unit)),
    prose(limitInUnit(check.limit, check.unit)),
    verdictWord(check.verdict, s.holds[check.verdict]),
  ]);
  return html`${result.validity.reasons.length > 0 && html`<p class="reasons">${result.validity.reasons.join(' · ')}</p>`}${
    rows.length > 0 ? table(columns, rows, s.section.validity) : nothing(s.validity.noChecks)
  }`;
}

function order(result: Result, s: Strings): Insertable {
  const runs = judgedInOrder(result);
  if (runs.length === 0) {
    return nothing(s.validity.noRuns);
  }
  const invalid = runs.flatMap(({ run }, place) => (run.validity.verdict === 'invalid' ? [{ run, place: place + 1 }] : []));
  const described = s.validity.described(runs.length, invalid.length);
  // Of a hundred marks most look alike and show no order: then a sentence and the steps that do not count say more.
  const marks = crowded(result)
    ? html`<p class="note">${described}.</p>`
    : figure(
        described,
        html`<ol class="order">${runs.map(({ variant, run }, place) => {
          const struck = run.validity.verdict === 'invalid';
          return html`<li class="${struck ? 'hatched' : ''}"><small>${place + 1}</small><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${mark(seriesOf(result, variant.id), 8, 8, !struck)}</svg></li>`;
        })}</ol>`,
      );
  return html`<h3 class="order-title">${s.validity.order}</h3>${marks}${invalid.map(
    ({ run, place }) =>
      html`<p class="note">${prose(s.validity.invalidRun(place, run.stepId, run.validity.reasons.join('; ') || s.validity.noReason))}</p>`,
  )}`;
}

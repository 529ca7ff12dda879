import type { ErrorClass } from '../../harness/contract/operation.ts';
import type { Result } from '../../harness/contract/result.ts';
import { type Glyph, glyph } from '../charts/marks.ts';
import { claimCounts, claimParts, claimsInOrder } from '../claim-text.ts';
import { failedFirst } from '../findings.ts';
import { html, type Insertable } from '../markup.ts';
import { absent, count } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { nothing, type Section, section, table, variantName, verdictWord } from './parts.ts';

const ids = (examples: readonly string[]): Insertable =>
  examples.length === 0 ? absent : examples.map((id, place) => html`${place > 0 && ' '}<code class="id">${id}</code>`);

/** With more variants than this a column for each would be wider than the page; then each has a row. */
const mostErrorColumns = 4;

/** Failed requests by class and variant with ids to look up in the history. */
export function errorSection(result: Result, s: Strings): Section {
  const classes = [...new Set(result.variants.flatMap((variant) => variant.errors.map((each) => each.errorClass)))];
  if (classes.length === 0) {
    const issued = result.variants.reduce((sum, variant) => sum + (variant.metrics['error-ratio']?.sampleCount ?? 0), 0);
    const text = issued > 0 ? html`<p class="nothing">${s.errors.none(count(issued))}</p>` : nothing(s.errors.noRequests);
    return section('errors', s.section.errors, s.errors.subtitle, text, 'half');
  }
  const total = (errorClass: ErrorClass) =>
    result.variants.reduce((sum, variant) => sum + (variant.errors.find((each) => each.errorClass === errorClass)?.count ?? 0), 0);
  const sorted = classes.toSorted((a, b) => total(b) - total(a));
  if (result.variants.length > mostErrorColumns) {
    const rows = sorted.flatMap((errorClass) =>
      result.variants.flatMap(({ id, errors }) => {
        const found = errors.find((each) => each.errorClass === errorClass);
        return found === undefined
          ? []
          : [[s.errorClass(errorClass), variantName(result, id), count(found.count), ids(found.exampleRequestIds.slice(0, 3))]];
      }),
    );
    const columns = [
      { head: s.errors.errorClass },
      { head: s.variants.variant },
      { head: s.errors.count, numeric: true },
      { head: s.errors.examples },
    ];
    return section('errors', s.section.errors, s.errors.subtitle, table(columns, rows, s.section.errors), 'half');
  }
  const rows = sorted.map((errorClass) => {
    const found = result.variants.map((variant) => variant.errors.find((each) => each.errorClass === errorClass));
    return [
      s.errorClass(errorClass),
      ...found.map((each) => count(each?.count ?? 0)),
      ids(found.flatMap((each) => each?.exampleRequestIds ?? []).slice(0, 3)),
    ];
  });
  const columns = [
    { head: s.errors.errorClass },
    ...result.variants.map((variant) => ({ head: variantName(result, variant.id), numeric: true })),
    { head: s.errors.examples },
  ];
  return section('errors', s.section.errors, s.errors.subtitle, table(columns, rows, s.section.errors), 'half');
}

/** Invariants over the history; failed ones first. */
export function checkerSection(result: Result, s: Strings): Section {
  if (result.checkers.length === 0) {
    return section('checkers', s.section.checkers, '', nothing(s.checkers.none), 'half');
  }
  const rows = failedFirst(result.checkers).map((checker) => [
    verdictWord(checker.verdict, s.check[checker.verdict]),
    html`<code>${checker.id}</code><small>${checker.why}</small>`,
    count(checker.checked),
    count(checker.violations),
    ids(checker.exampleRequestIds.slice(0, 3)),
  ]);
  const columns = [
    { head: s.checkers.verdict },
    { head: s.checkers.checker },
    { head: s.checkers.checked, numeric: true },
    { head: s.checkers.violations, numeric: true },
    { head: s.checkers.examples },
  ];
  return section('checkers', s.section.checkers, s.checkers.subtitle, table(columns, rows, s.section.checkers), 'half');
}

const claimGlyphs = { confirmed: 'pass', refuted: 'refuted', undecided: 'unknown' } as const satisfies Record<string, Glyph>;

/** Claims of the source material; undefined where the scenario judges none. */
export function claimSection(result: Result, s: Strings): Section | undefined {
  if (result.claims.length === 0) {
    return undefined;
  }
  const rows = claimsInOrder(result).map((claim) => [
    html`<span class="verdict claim-${claim.verdict}">${glyph(claimGlyphs[claim.verdict])} ${s.claim[claim.verdict]}</span>`,
    html`${claim.statement}<small><code class="id">${claim.id}</code></small>`,
    measuredClaim(claim.measured),
    claim.why,
  ]);
  const columns = [
    { head: s.claims.verdict },
    { head: s.claims.claim },
    { head: s.claims.measured, numeric: true },
    { head: s.claims.why },
  ];
  return section('claims', s.section.claims, s.claims.subtitle(...claimCounts(result)), table(columns, rows, s.section.claims));
}

function measuredClaim(measured: Result['claims'][number]['measured']): Insertable {
  if (!measured) {
    return absent;
  }
  const { value, bounds } = claimParts(measured);
  return html`<b>${value}</b>${bounds}`;
}

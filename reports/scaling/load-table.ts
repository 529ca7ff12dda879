import { metricDefinition } from '../../harness/contract/metrics.ts';
import type { Result } from '../../harness/contract/result.ts';
import type { Series } from '../charts/looks.ts';
import { swatch } from '../charts/marks.ts';
import { type Detail, dataTable, verdictWord } from '../html/parts.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import { absent, count } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import {
  boundsText,
  type EstimateId,
  type EstimateTable,
  estimateIds,
  estimateOf,
  estimateTables,
  metricOfEstimate,
  shown,
} from './estimates.ts';
import { type LoadGroup, membersOf, type Policy } from './groups.ts';
import { goalText } from './load-sentence.ts';
import { policyLooks } from './looks.ts';
import { type ScalingSection, scalingSection } from './section.ts';
import { type GoalVerdict, goalVerdict } from './verdicts.ts';

export const goalGlyphs = { met: 'pass', missed: 'fail', undecided: 'unknown' } as const satisfies Record<GoalVerdict, string>;

/** `5 replications`, or from how many to how many where variants differ. */
export function replicationsOf(group: LoadGroup, s: Strings): string {
  const all = membersOf(group).map(({ simulated }) => simulated.replications);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return low === high ? s.scaling.table.replications(low) : s.scaling.table.replicationsRange(low, high);
}

/** The figures that at least one variant of a group has, in the order of the tables. */
export function shownEstimates(group: LoadGroup, ids: readonly EstimateId[] = estimateIds): EstimateId[] {
  return ids.filter((id) => membersOf(group).some(({ simulated }) => estimateOf(simulated, id) !== undefined));
}

/** Head of a column with its unit. */
export function estimateHead(id: EstimateId, s: Strings): string {
  const { title, unit } = s.scaling.estimates[id];
  return s.scaling.table.head(title, unit);
}

/** All figures of all rules and bounds under one load, what the columns mean, and what became of the requests. */
export function tableSection(result: Result, group: LoadGroup, id: string, detail: Detail, s: Strings): ScalingSection {
  const looks = policyLooks(result);
  const title = s.scaling.table.title(group.title);
  const tables = (['callers', 'supply'] as const).map(
    (table) =>
      html`<h3>${s.scaling.table.part[table]}</h3>${estimateTable(group, table, looks, detail, `${title}, ${s.scaling.table.part[table]}`, s)}`,
  );
  return scalingSection(
    `${id}-table`,
    { title },
    s.scaling.table.subtitle(replicationsOf(group, s)),
    html`<div class="estimates">${tables}</div><p class="note">${s.scaling.table.met(goalText(group.goal, s))} ${s.scaling.table.narrow}</p>${
      detail === 'one-width' ? undefined : requestTable(group, s)
    }`,
  );
}

function estimateTable(
  group: LoadGroup,
  table: EstimateTable,
  looks: ReadonlyMap<string, Series>,
  detail: Detail,
  title: string,
  s: Strings,
): Markup {
  const ids = shownEstimates(group, estimateTables[table]);
  const goals = table === 'callers';
  // Numbers are to the right without a class in every cell: there are thousands of them.
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${s.table.region(title)}"><table><thead><tr><th scope="col">${s.scaling.table.rule}</th>${
    goals && html`<th scope="col" class="verdict-cell">${s.scaling.table.goal}</th>`
  }${ids.map((id) => html`<th scope="col">${columnHead(id, detail, s)}</th>`)}</tr></thead><tbody>${membersOf(group).map(
    (variant) =>
      html`<tr><td>${name(variant, looks, goals && detail !== 'one-width', s)}</td>${
        goals && html`<td class="verdict-cell">${goal(variant, s)}</td>`
      }${ids.map((id) => html`<td>${cell(variant, id)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** Where every byte counts, what a column means stands once, below all tables. */
function columnHead(id: EstimateId, detail: Detail, s: Strings): Markup {
  const { title, unit } = s.scaling.estimates[id];
  return html`${detail === 'one-width' ? title : html`<abbr title="${definitionOf(id, s)}">${title}</abbr>`}<small>${unit}</small>`;
}

function name(variant: Policy, looks: ReadonlyMap<string, Series>, isMarked: boolean, s: Strings): Markup {
  const series = looks.get(variant.id);
  const { unstable, replications } = variant.simulated;
  return html`<span class="name">${isMarked && series && swatch(series)}<code class="${series?.wordClass}">${variant.name}</code></span>${
    unstable > 0 && html`<small class="fail">${s.scaling.table.unstable(unstable, replications)}</small>`
  }`;
}

function goal(variant: Policy, s: Strings): Markup {
  const verdict = goalVerdict(variant);
  return verdictWord(goalGlyphs[verdict], s.scaling.table.verdict[verdict]);
}

function cell({ simulated }: Policy, id: EstimateId): Insertable {
  const estimate = estimateOf(simulated, id);
  if (estimate === undefined) {
    return absent;
  }
  const bounds = boundsText(id, estimate);
  return html`${shown(id, estimate.mean)}${bounds !== undefined && html`<small>${bounds}</small>`}`;
}

function requestTable(group: LoadGroup, s: Strings): Markup {
  const rows = membersOf(group).map((variant) => {
    const { counts } = variant.simulated.run;
    return [
      variant.name,
      ...[
        counts.arrived,
        counts.succeeded,
        counts.timedOut,
        counts.refused,
        counts.refusedByProvider,
        counts.lost,
        counts.unfinished,
        counts.retries,
        counts.retriesDenied,
        counts.cacheHits,
      ].map(count),
    ];
  });
  return dataTable(s.scaling.requests.title, s.scaling.requests.columns, rows);
}

/** As registered; what is registered of a measured run has words of its own here. */
function definitionOf(id: EstimateId, s: Strings): string {
  switch (id) {
    case 'errorRatio':
      return s.scaling.table.errors;
    case 'p95Ms':
      return s.scaling.table.p95;
    default:
      return metricDefinition(metricOfEstimate[id]).definition;
  }
}

/** What every column means, once for all loads. */
export function definitions(s: Strings): Markup {
  return html`<details class="figures"><summary>${s.scaling.table.definitions}</summary><dl class="facts wide-terms">${estimateIds.map(
    (id) => html`<dt>${estimateHead(id, s)}</dt><dd>${definitionOf(id, s)}</dd>`,
  )}</dl><p class="note">${s.scaling.table.demand}</p></details>`;
}

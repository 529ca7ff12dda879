import { metricDefinition } from '../../harness/contract/metrics.ts';
import type { Result } from '../../harness/contract/result.ts';
import { swatch } from '../charts/marks.ts';
import { type Detail, dataTable, scrolledTable, verdictWord } from '../html/parts.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import { absent, count } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { boundsText, type EstimateId, estimateIds, estimateOf, metricOfEstimate, shown } from './estimates.ts';
import { type LoadGroup, membersOf, type Policy, policyLooks } from './groups.ts';
import { goalText } from './load-sentence.ts';
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
export function shownEstimates(group: LoadGroup): EstimateId[] {
  return estimateIds.filter((id) => membersOf(group).some(({ simulated }) => estimateOf(simulated, id) !== undefined));
}

/** Head of a column with its unit. */
export function estimateHead(id: EstimateId, s: Strings): string {
  const { title, unit } = s.scaling.estimates[id];
  return s.scaling.table.head(title, unit);
}

/** All figures of all rules and bounds under one load, what the columns mean, and what became of the requests. */
export function tableSection(result: Result, group: LoadGroup, id: string, detail: Detail, s: Strings): ScalingSection {
  const looks = policyLooks(result);
  const ids = shownEstimates(group);
  const members = membersOf(group);
  const rows = members.map((variant) => [name(variant, looks, s), goal(variant, s), ...ids.map((each) => cell(variant, each))]);
  const columns = [
    { head: s.scaling.table.rule },
    { head: s.scaling.table.goal },
    ...ids.map((each) => ({
      head: html`<abbr title="${metricDefinition(metricOfEstimate[each]).definition}">${s.scaling.estimates[each].title}</abbr><small>${s.scaling.estimates[each].unit}</small>`,
      numeric: true,
    })),
  ];
  const title = s.scaling.table.title(group.title);
  return scalingSection(
    `${id}-table`,
    { title },
    s.scaling.table.subtitle(replicationsOf(group, s)),
    html`<div class="estimates">${scrolledTable(columns, rows, s.table.region(title))}</div><p class="note">${s.scaling.table.met(goalText(group.goal, s))}</p>${
      detail === 'one-width' ? undefined : requestTable(group, s)
    }`,
  );
}

function name(variant: Policy, looks: ReadonlyMap<string, Parameters<typeof swatch>[0]>, s: Strings): Markup {
  const series = looks.get(variant.id);
  const { unstable, replications } = variant.simulated;
  return html`<span class="name">${series && swatch(series)}<code class="${series?.wordClass}">${variant.name}</code></span>${
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

/** What every column means, once for all loads. */
export function definitions(s: Strings): Markup {
  return html`<details class="figures"><summary>${s.scaling.table.definitions}</summary><dl class="facts wide-terms">${estimateIds.map(
    (id) => html`<dt>${estimateHead(id, s)}</dt><dd>${metricDefinition(metricOfEstimate[id]).definition}</dd>`,
  )}</dl><p class="note">${s.scaling.table.demand}</p></details>`;
}

import { type MetricId, metricIds } from '../../harness/contract/metrics.ts';
import type { Result } from '../../harness/contract/result.ts';
import { frontierChart } from '../charts/cost-frontier.ts';
import type { Series } from '../charts/looks.ts';
import { type PercentileFrame, percentileChart } from '../charts/percentiles.ts';
import { stageChart, stageColours } from '../charts/stages.ts';
import { chartFigure, type Detail, dataTable, nothing } from '../html/parts.ts';
import { html, type Markup } from '../markup.ts';
import { duration, joined, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { estimateOf } from './estimates.ts';
import { type LoadGroup, loadGroups, membersOf, type Policy } from './groups.ts';
import { costText } from './load-sentence.ts';
import { replicationsOf } from './load-table.ts';
import { policyLooks } from './looks.ts';
import { type ScalingSection, scalingSection } from './section.ts';
import { bestRules, costMeasure, costOf } from './verdicts.ts';

const half = { width: 628, height: 330, left: 52, right: 60, top: 30, bottom: 44 } as const;
const phone = { width: 328, height: 330, left: 52, right: 12, top: 30, bottom: 44 } as const;

/** What is cheap and what misses the goal, as one point per rule. */
export async function frontierSection(result: Result, group: LoadGroup, id: string, detail: Detail, s: Strings): Promise<ScalingSection> {
  const measure = costMeasure(group);
  const looks = policyLooks(result);
  const known = membersOf(group).flatMap((variant) => {
    const cost = costOf(variant, measure);
    const violation = estimateOf(variant.simulated, 'sloViolationSeconds');
    const series = looks.get(variant.id);
    return cost === undefined || violation === undefined || series === undefined ? [] : [{ variant, cost, violation, series }];
  });
  const best = new Set(bestRules(group));
  const points = known.map(({ variant, cost, violation, series }) => ({
    name: variant.name,
    cost: cost.mean,
    costInterval: cost.interval,
    violation: violation.mean,
    violationInterval: violation.interval,
    series,
    isBest: best.has(variant),
  }));
  const described = known.map((each) =>
    s.scaling.frontier.describedItem(each.variant.name, costText(each, measure, s), significant(each.violation.mean)),
  );
  const chart = await chartFigure(
    detail,
    s.chart.region(s.scaling.frontier.title(group.title)),
    s.scaling.frontier.described(described),
    (narrow, className) =>
      frontierChart(points, narrow ? phone : half, { x: s.scaling.costAxis[measure], y: s.scaling.frontier.yAxis }, className),
  );
  return scalingSection(
    `${id}-frontier`,
    { title: s.scaling.frontier.title(group.title) },
    s.scaling.frontier.subtitle(s.scaling.costAxis[measure], replicationsOf(group, s)),
    chart ? html`${chart}<p class="note">${s.scaling.frontier.note}</p>` : nothing(s.scaling.frontier.none),
    'half',
  );
}

/** As many curves as one chart keeps apart. */
const mostDrawn = 6;

/** Those on the staircase and the bounds first, drawn in the order of the plan. */
function drawnMembers(group: LoadGroup): Policy[] {
  const order = new Set([...bestRules(group), ...group.bounds, ...group.rules]);
  const chosen = new Set([...order].slice(0, mostDrawn));
  return membersOf(group).filter((member) => chosen.has(member));
}

const curvePoints = 64;

/** The group as a result of its own, for charts that draw the variants of a result. Nothing in it is measured. */
function chartResult(result: Result, group: LoadGroup, members: readonly Policy[]): Result {
  const { percentile, responseMs } = group.goal;
  const metric: MetricId | undefined = metricIds.find((id) => id === `ask-response-p${String(percentile).replace('.', '')}`);
  const variants = members.map(
    (member): Policy => ({
      ...member,
      id: member.name,
      metrics: {},
      curves: curveOf(member),
      stages: stagesOf(member),
    }),
  );
  return {
    ...result,
    variants,
    baseline: variants[0]?.id ?? result.baseline,
    components: [],
    comparisons: [],
    slos:
      metric === undefined
        ? []
        : [{ id: 'goal', metric, comparator: 'le', limit: responseMs, unit: 'ms', verdict: 'unknown', perVariant: [] }],
  };
}

function curveOf({ simulated: { run } }: Policy): Policy['curves'] {
  const sampleCount = run.responseMs?.sampleCount;
  const step = Math.max(1, Math.ceil(run.curve.length / curvePoints));
  const points = run.curve.filter((_, place) => place % step === 0 || place === run.curve.length - 1);
  return sampleCount === undefined ? [] : [{ kind: 'ask', sampleCount, points }];
}

function stagesOf({ simulated: { run } }: Policy): Policy['stages'] {
  const totalMs = run.stages.reduce((sum, { ms }) => sum + ms, 0);
  const sampleCount = run.responseMs?.sampleCount;
  return sampleCount === undefined || totalMs <= 0 ? [] : [{ cohort: 'mean', sampleCount, totalMs, parts: run.stages }];
}

function looksByName(result: Result, members: readonly Policy[]): (id: string) => Series {
  const looks = policyLooks(result);
  const byName = new Map(members.flatMap((member) => [[member.name, looks.get(member.id)] as const]));
  return (id) => {
    const found = byName.get(id);
    if (found === undefined) {
      throw new RangeError(`${id} has no look: it is no rule of this load`);
    }
    return found;
  };
}

const responseFrame = { width: 628, height: 330, left: 52, right: 128, top: 30, bottom: 46, narrow: false } as const;
const responsePhone = { width: 328, height: 330, left: 52, right: 8, top: 30, bottom: 46, narrow: true } as const;

function percentilesText(response: NonNullable<Policy['simulated']['run']['responseMs']>): string {
  return (['p50', 'p95', 'p99'] as const).map((name) => `${name} ${joined(duration(response[name]))}`).join(', ');
}

/** The curves of the first load alone, for a picture that travels without its report; undefined where nothing succeeded. */
export async function firstResponseChart(
  result: Result,
  frame: PercentileFrame,
  s: Strings,
  className: string,
): Promise<{ readonly title: string; readonly chart: Markup } | undefined> {
  const [group] = loadGroups(result);
  if (group === undefined) {
    return undefined;
  }
  const members = drawnMembers(group);
  const chart = await percentileChart(chartResult(result, group, members), 'ask', frame, s, className, looksByName(result, members));
  return chart && { title: s.scaling.response.title(group.title), chart };
}

/** The percentile plots of the rules over each other; undefined where nothing succeeded. */
export async function responseSection(
  result: Result,
  group: LoadGroup,
  id: string,
  detail: Detail,
  s: Strings,
): Promise<ScalingSection | undefined> {
  const members = drawnMembers(group);
  const own = chartResult(result, group, members);
  const parts = members.flatMap((member) => {
    const response = member.simulated.run.responseMs;
    return response === undefined ? [] : [`${member.name}: ${percentilesText(response)}`];
  });
  const title = s.scaling.response.title(group.title);
  const chart = await chartFigure(detail, s.chart.region(title), s.percentiles.described(s.kind.ask, parts), (narrow, className) =>
    percentileChart(own, 'ask', narrow ? responsePhone : responseFrame, s, className, looksByName(result, members)),
  );
  const total = membersOf(group).length;
  return (
    chart &&
    scalingSection(
      `${id}-response`,
      { title },
      s.scaling.response.subtitle,
      html`${chart}${members.length < total && html`<p class="note">${s.scaling.response.some(members.length, total)}</p>`}`,
      'half',
    )
  );
}

/** Where the time of a request goes; undefined where nothing succeeded. */
export async function stageSection(
  result: Result,
  group: LoadGroup,
  id: string,
  detail: Detail,
  s: Strings,
): Promise<ScalingSection | undefined> {
  const members = drawnMembers(group);
  const own = chartResult(result, group, members);
  const title = s.scaling.stages.title(group.title);
  const described = own.variants.flatMap(({ id, stages }) =>
    stages.map(({ cohort, totalMs }) => s.stages.total(id, cohort, joined(duration(totalMs)))),
  );
  const chart = await chartFigure(detail, s.chart.region(title), s.stages.described(described), (narrow, className) =>
    stageChart(own, narrow ? 328 : 628, narrow, className, looksByName(result, members)),
  );
  if (!chart) {
    return undefined;
  }
  const all = chartResult(result, group, membersOf(group)).variants;
  const colours = stageColours(all);
  const rows = all.flatMap(({ id, stages }) =>
    stages.map(({ totalMs, parts }) => [
      id,
      significant(totalMs),
      ...colours.map(({ stage }) => {
        const part = parts.find((each) => each.stage === stage);
        return part === undefined ? '–' : significant(part.ms);
      }),
    ]),
  );
  return scalingSection(
    `${id}-stages`,
    { title },
    s.scaling.stages.subtitle,
    html`${chart}<p class="note">${colours.map(
      ({ stage, fill }) =>
        html`<span class="key-item"><svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${fill}"/></svg>${stage}</span> `,
    )}</p>${detail !== 'one-width' && dataTable(s.table.toLimit(title), [s.scaling.table.rule, 'ms', ...colours.map(({ stage }) => `${stage}, ms`)], rows)}`,
    'half',
  );
}

import type { Result } from '../../harness/contract/result.ts';
import { type Detail, dataTable, scrolledTable, table } from '../html/parts.ts';
import { html } from '../markup.ts';
import { count, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { limitInUnit } from '../validity-text.ts';
import { findingsByRule } from './answer.ts';
import { type Policy, policiesOf } from './groups.ts';
import { definitions } from './load-table.ts';
import { type ScalingSection, scalingSection } from './section.ts';

const mostNamed = 4;

/** The names of some variants, the first few of them. */
function namesOf(names: readonly string[], s: Strings): string {
  const all = [...new Set(names)];
  return s.scaling.system.variants(all.slice(0, mostNamed), Math.max(0, all.length - mostNamed));
}

/** `measured, p50 of run …`: whence the times of a system come. */
export function sourceText({ simulated }: Policy, s: Strings): string {
  const { kind, text, runId } = simulated.variant.system.source;
  return s.scaling.source(kind, text, runId);
}

/** Every different source once, in order of appearance. */
export function sourcesOf(result: Result, s: Strings): string[] {
  return [...new Set(policiesOf(result).map((variant) => sourceText(variant, s)))];
}

/** In how many ways the times of the systems came about, without their stories. */
export function sourceKinds(result: Result): string[] {
  return [...new Set(policiesOf(result).map(({ simulated }) => simulated.variant.system.source.kind))];
}

export interface SystemRow {
  readonly variants: string;
  readonly cells: readonly string[];
}

/** One row for each system that differs or whose capacity does: whence its times come, what a replica carries and how that was found. */
export function systemRows(result: Result, s: Strings): SystemRow[] {
  const groups = Map.groupBy(policiesOf(result), ({ simulated }) =>
    JSON.stringify([simulated.variant.system, simulated.capacityPerReplica]),
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) {
      return [];
    }
    const { capacityPerReplica, variant } = first.simulated;
    const { query, vector } = variant.system;
    const { scheduleSeconds, loadSeconds, warmUpSeconds, warmUpSlowdown } = query.startUp;
    return [
      {
        variants: namesOf(
          same.map(({ name }) => name),
          s,
        ),
        cells: [
          sourceText(first, s),
          s.scaling.system.capacity(
            significant(capacityPerReplica.ratePerSecond),
            s.scaling.system.concurrency(query.concurrency, query.cores),
          ),
          capacityPerReplica.why,
          s.scaling.system.startText(
            limitInUnit(scheduleSeconds + loadSeconds, 's'),
            warmUpSeconds > 0 ? limitInUnit(warmUpSeconds, 's') : undefined,
            limitInUnit(warmUpSlowdown, ''),
          ),
          s.scaling.system.shards(vector.shards, vector.replicas),
        ],
      },
    ];
  });
}

/** Whence the service times come, what a replica was found to carry, and the rule, seed and replications of every variant. */
export function systemSection(result: Result, detail: Detail, s: Strings): ScalingSection {
  const [head, ...heads] = s.scaling.system.columns;
  const rows = systemRows(result, s).map(({ variants, cells }) => [variants, ...cells]);
  const variantRows = policiesOf(result).map(({ id, simulated }) => [
    id,
    simulated.rule,
    simulated.run.seed,
    simulated.replications,
    simulated.unstable,
    simulated.variant.initialReplicas,
    count(simulated.run.events),
  ]);
  const columns = [head, ...heads].map((each) => ({ head: each }));
  return scalingSection(
    'system',
    { title: s.scaling.system.title, nav: s.scaling.nav.system },
    s.scaling.system.subtitle,
    html`${detail === 'one-width' ? scrolledTable(columns, rows, s.table.region(s.scaling.system.title)) : table(columns, rows, s.scaling.system.title)}${definitions(s)}<div class="worded">${dataTable(s.scaling.system.variantTable, s.scaling.system.variantColumns, variantRows)}</div>`,
  );
}

/** What the static checks found, before everything that was simulated; undefined where they found nothing. */
export function foundSection(result: Result, s: Strings): ScalingSection | undefined {
  const rows = findingsByRule(result).map(({ rules, finding }) => [
    namesOf(rules, s),
    html`<code class="whole">${finding.path}</code>`,
    finding.message,
    finding.hint,
  ]);
  return rows.length === 0
    ? undefined
    : scalingSection(
        'found',
        { title: s.scaling.found.title, nav: s.scaling.nav.found },
        s.scaling.found.subtitle,
        table(
          s.scaling.found.columns.map((head) => ({ head })),
          rows,
          s.scaling.found.title,
        ),
      );
}

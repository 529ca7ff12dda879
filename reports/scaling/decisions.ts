import { type Detail, dataTable } from '../html/parts.ts';
import { html, type Markup } from '../markup.ts';
import { count, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { limitInUnit } from '../validity-text.ts';
import type { LoadGroup, Policy } from './groups.ts';
import { type ScalingSection, scalingSection } from './section.ts';

/** Decisions of one rule that a page shows; the rest is in `result.json`. */
const most: Record<Detail, number> = { all: 20, curves: 8, short: 3, 'one-width': 3 };

/** What each rule decided and why, folded away; undefined where no rule decided anything. */
export function decisionSection(group: LoadGroup, id: string, detail: Detail, s: Strings): ScalingSection | undefined {
  const deciding = group.rules.filter(({ simulated }) => simulated.run.decisions.length > 0);
  if (deciding.length === 0) {
    return undefined;
  }
  return scalingSection(
    `${id}-decisions`,
    { title: s.scaling.decisions.section(group.title) },
    s.scaling.decisions.subtitle,
    deciding.map((variant) => log(variant, most[detail], s)),
    'half',
  );
}

function log(variant: Policy, shown: number, s: Strings): Markup {
  const { decisions } = variant.simulated.run;
  const rows = decisions.slice(0, shown).map(({ atSeconds, from, to, reason, signals = {} }) => [
    limitInUnit(atSeconds, 's'),
    from,
    to,
    reason,
    Object.entries(signals)
      .map(([name, value]) => `${name} ${Number.isInteger(value) ? count(value) : significant(value)}`)
      .join(', '),
  ]);
  const rest = decisions.length - rows.length;
  return html`<div class="worded">${dataTable(
    s.scaling.decisions.title(variant.name, decisions.length, count(decisions.length)),
    s.scaling.decisions.columns,
    [...rows, ...(rest > 0 ? [['', '', '', s.scaling.decisions.more(count(rest)), '']] : [])],
  )}</div>`;
}

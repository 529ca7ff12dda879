import type { Result } from '../../harness/contract/result.ts';
import { absent } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { type Line, laidOut, wrapped } from '../terminal-table.ts';
import { visible } from '../untrusted-text.ts';
import { type EstimateId, estimateOf, estimateText } from './estimates.ts';
import { bannerText } from './first-screen.ts';
import { loadGroups, membersOf } from './groups.ts';
import { estimateHead } from './load-table.ts';
import { costMeasure, costOf, goalVerdict } from './verdicts.ts';

/** What a terminal has room for; the report has the rest. */
const columns = ['sloViolationSeconds', 'p95Ms', 'directionChangesPerHour'] as const satisfies readonly EstimateId[];

type Paint = (text: string) => string;

/** The banner and one table per load, a line for each rule and bound. */
export function scalingLines(
  result: Result,
  { width, dim, alarm }: { readonly width: number; readonly dim: Paint; readonly alarm: Paint },
  s: Strings,
): string[] {
  const tables = loadGroups(result).flatMap((group) => {
    const measure = costMeasure(group);
    const rows = membersOf(group).map((variant): Line => {
      const { unstable, replications } = variant.simulated;
      const verdict = goalVerdict(variant);
      const cost = costOf(variant, measure);
      return [
        { text: visible(variant.name) },
        {
          text: unstable > 0 ? s.scaling.table.unstable(unstable, replications) : s.scaling.table.verdict[verdict],
          ...(verdict === 'missed' && { paint: alarm }),
        },
        { text: cost === undefined ? absent : estimateText('cost', cost), right: true },
        ...columns.map((id) => {
          const estimate = estimateOf(variant.simulated, id);
          return { text: estimate === undefined ? absent : estimateText(id, estimate), right: true };
        }),
      ];
    });
    const heads = [visible(group.title), s.scaling.table.goal, s.scaling.costAxis[measure], ...columns.map((id) => estimateHead(id, s))];
    return ['', ...laidOut(heads, rows, dim)];
  });
  return [...wrapped(visible(bannerText(result, s)), width), ...tables];
}

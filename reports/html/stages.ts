import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import { stageChart, stageColours } from '../charts/stages.ts';
import { drawnVariants } from '../findings.ts';
import { html } from '../markup.ts';
import { count, duration, joined, significant } from '../numbers.ts';
import { remoteHops } from '../remote-hops.ts';
import type { Strings } from '../strings.ts';
import { chartFigure, type Detail, dataTable, nothing, type Section, section, someDrawn } from './parts.ts';

/** Stage bars of every cohort and variant on one axis. */
export async function stageSection(result: Result, detail: Detail, s: Strings): Promise<Section> {
  const colours = stageColours(result.variants);
  const cohortsOf = (variants: readonly ResultVariant[]) =>
    variants.flatMap((variant) => variant.stages.map((cohort) => ({ variant: variant.id, cohort })));
  const cohorts = cohortsOf(result.variants);
  const described = cohortsOf(drawnVariants(result)).map(({ variant, cohort }) =>
    s.stages.total(variant, cohort.cohort, joined(duration(cohort.totalMs))),
  );
  const chart = await chartFigure(detail, s.chart.region(s.section.stages), s.stages.described(described), (narrow, className) =>
    stageChart(result, narrow ? 328 : 628, narrow, className),
  );
  if (!chart) {
    return section('stages', s.section.stages, '', nothing(s.stages.none), 'half');
  }
  const rows = cohorts.map(({ variant, cohort }) => [
    variant,
    cohort.cohort,
    count(cohort.sampleCount),
    significant(cohort.totalMs),
    ...colours.map(({ stage }) => {
      const part = cohort.parts.find((each) => each.stage === stage);
      return part ? significant(part.ms) : '–';
    }),
  ]);
  return section(
    'stages',
    s.section.stages,
    s.stages.subtitle,
    html`${chart}${someDrawn(result, 'table', s)}<p class="note">${colours.map(
      ({ stage, fill }) =>
        html`<span class="key-item"><svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${fill}"/></svg>${stage}</span> `,
    )}· ${s.stages.note}${remoteHops(result, s).map((sentence) => ` ${sentence}`)}</p>${dataTable(s.table.toLimit(s.section.stages), [...s.stages.columns, ...colours.map(({ stage }) => `${stage}, ms`)], rows)}`,
    'half',
  );
}

import type { Result } from '../../harness/contract/result.ts';
import { stageChart, stageColours } from '../charts/stages.ts';
import { html } from '../markup.ts';
import { count, duration, joined, significant } from '../numbers.ts';
import { remoteHops } from '../remote-hops.ts';
import type { Strings } from '../strings.ts';
import { dataTable, figure, nothing, type Section, section } from './parts.ts';

/** Stage bars of every cohort and variant on one axis. */
export async function stageSection(result: Result, s: Strings): Promise<Section> {
  const [wide, phone] = await Promise.all([
    stageChart(result.variants, 628, false, 'wide'),
    stageChart(result.variants, 328, true, 'phone'),
  ]);
  if (!wide) {
    return section('stages', s.section.stages, '', nothing(s.stages.none), 'half');
  }
  const colours = stageColours(result.variants);
  const cohorts = result.variants.flatMap((variant) => variant.stages.map((cohort) => ({ variant: variant.id, cohort })));
  const described = cohorts.map(({ variant, cohort }) => s.stages.total(variant, cohort.cohort, joined(duration(cohort.totalMs))));
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
    html`${figure(s.stages.described(described), wide, phone)}<p class="note">${colours.map(
      ({ stage, fill }) =>
        html`<span class="key-item"><svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${fill}"/></svg>${stage}</span> `,
    )}· ${s.stages.note}${remoteHops(result, s).map((sentence) => ` ${sentence}`)}</p>${dataTable(s.table.toLimit(s.section.stages), [...s.stages.columns, ...colours.map(({ stage }) => `${stage}, ms`)], rows)}`,
    'half',
  );
}

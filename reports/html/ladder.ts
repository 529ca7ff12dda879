import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Result, ResultVariant, RunRecord } from '../../harness/contract/result.ts';
import { glyph } from '../charts/marks.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { absent, count, duration, figure, joined } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { nothing, type Section, section, variantName } from './parts.ts';

/** Rates down, variants across: what held, what broke, what could not be judged. */
export function ladderSection(result: Result, s: Strings): Section {
  const rates = ladderRates(result);
  if (rates.length === 0) {
    return section('ladder', s.section.ladder, '', nothing(s.ladder.none(result.profile)), 'half');
  }
  const summary = (metric: MetricId, otherwise: string) =>
    result.variants.map((variant) => {
      const value = variant.metrics[metric];
      return html`<td class="t"><b>${value ? joined(figure(metric, value.value)) : `${absent} ${otherwise}`}</b></td>`;
    });
  return section(
    'ladder',
    s.section.ladder,
    s.ladder.subtitle,
    html`<div class="scroll" tabindex="0" role="region" aria-label="${s.section.ladder}"><table class="ladder"><thead><tr><th scope="col" class="n">${s.ladder.rate}</th>${result.variants.map(
      (variant) => html`<th scope="col" class="t">${variantName(result, variant.id)}</th>`,
    )}</tr></thead><tbody>${rates.map(
      (rate) =>
        html`<tr><th scope="row" class="n">${count(rate)}</th>${result.variants.map((variant) => cell(rungAt(variant, rate), s))}</tr>`,
    )}</tbody><tfoot><tr><th scope="row" class="n">${s.ladder.highest}</th>${summary('highest-passed-rate', s.ladder.nonePassed)}</tr><tr><th scope="row" class="n">${s.ladder.lowest}</th>${summary('lowest-failed-rate', s.ladder.noneFailed)}</tr></tfoot></table></div>`,
    'half',
  );
}

function ladderRates(result: Result): number[] {
  const executed = result.variants.flatMap((variant) => variant.runs.filter((run) => run.phase === 'rung').map((run) => run.ratePerSecond));
  return [...new Set([...result.settings.ladderRatesPerSecond, ...executed])].toSorted((a, b) => a - b);
}

function rungAt(variant: ResultVariant, rate: number): RunRecord | undefined {
  return variant.runs.find((run) => run.phase === 'rung' && run.ratePerSecond === rate);
}

function cell(run: RunRecord | undefined, s: Strings): Insertable {
  if (!run) {
    return html`<td class="t hatched">${s.ladder.notRun}</td>`;
  }
  const p99 = run.searchResponseMs && joined(duration(run.searchResponseMs.p99));
  const figures = prose(s.ladder.figures(joined(figure('achieved-rate', run.achievedPerSecond)), p99));
  if (run.validity.verdict === 'invalid') {
    const reasons = run.validity.reasons.join('; ') || s.validity.noReason;
    return html`<td class="t hatched"><span class="verdict invalid">${glyph('invalid')} ${s.ladder.invalid}</span><small>${prose(reasons)}</small></td>`;
  }
  if (run.passed === undefined) {
    return html`<td class="t"><span class="verdict unknown">${glyph('unknown')} ${s.ladder.unknown}</span><small>${figures}</small></td>`;
  }
  return run.passed
    ? html`<td class="t"><span class="verdict pass">${glyph('pass')} ${s.ladder.passed}</span><small>${figures}</small></td>`
    : html`<td class="t"><span class="verdict fail">${glyph('fail')} ${s.ladder.failed}</span><small>${prose(run.brokenLimits?.join('; ') ?? '')}</small><small>${figures}</small></td>`;
}

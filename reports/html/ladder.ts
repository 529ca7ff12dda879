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
  if (
    result.settings.ladderRatesPerSecond.length === 0 &&
    !result.variants.some((variant) => variant.runs.some((run) => run.phase === 'rung'))
  ) {
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
    html`<div class="scroll" tabindex="0" role="region" aria-label="${s.table.region(s.section.ladder)}"><table class="ladder"><thead><tr><th scope="col" class="n">${s.ladder.rate}</th>${result.variants.map(
      (variant) => html`<th scope="col" class="t">${variantName(result, variant.id)}</th>`,
    )}</tr></thead><tbody>${rates.map(
      (rate) =>
        html`<tr><th scope="row" class="n">${count(rate)}</th>${result.variants.map((variant) => cellOf(stepsAt(variant, rate), s))}</tr>`,
    )}</tbody><tfoot><tr><th scope="row" class="n">${s.ladder.highest}</th>${summary('highest-passed-rate', s.ladder.nonePassed)}</tr><tr><th scope="row" class="n">${s.ladder.lowest}</th>${summary('lowest-failed-rate', s.ladder.noneFailed)}</tr></tfoot></table></div>`,
    'half',
  );
}

function ladderRates(result: Result): number[] {
  const executed = result.variants.flatMap((variant) => variant.runs.flatMap((run) => run.ratePerSecond ?? []));
  return [...new Set([...result.settings.ladderRatesPerSecond, ...executed])].toSorted((a, b) => a - b);
}

/** All steps at this rate: one for a rung, every repetition for the judged rate, which is the lowest rung. */
function stepsAt(variant: ResultVariant, rate: number): RunRecord[] {
  return variant.runs.filter((run) => run.ratePerSecond === rate);
}

function cellOf(steps: readonly RunRecord[], s: Strings): Insertable {
  return steps.length > 1 ? repeated(steps, s) : cell(steps[0], s);
}

/** Several repetitions at one rate: how many of the valid ones held every limit. */
function repeated(steps: readonly RunRecord[], s: Strings): Insertable {
  const judged = steps.filter((run) => run.validity.verdict === 'valid' && run.passed !== undefined);
  const passed = judged.filter((run) => run.passed).length;
  if (judged.length === 0) {
    return html`<td class="t"><span class="verdict unknown">${glyph('unknown')} ${s.ladder.unknown}</span></td>`;
  }
  const held = passed === judged.length ? 'pass' : 'fail';
  const broken = [...new Set(judged.flatMap((run) => run.brokenLimits ?? []))].join('; ');
  return html`<td class="t"><span class="verdict ${held}">${glyph(held)} ${held === 'pass' ? s.ladder.passed : s.ladder.failed}</span><small>${s.ladder.repetitions(
    passed,
    judged.length,
  )}</small>${broken !== '' && html`<small>${prose(broken)}</small>`}</td>`;
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

import type { MetricId } from '../../harness/contract/metrics.ts';
import type { Result, ResultVariant, RunRecord } from '../../harness/contract/result.ts';
import { glyph } from '../charts/marks.ts';
import { crowded } from '../findings.ts';
import { hasClosedLoops } from '../load-rows.ts';
import { html, type Insertable, prose } from '../markup.ts';
import { absent, count, duration, figure, joined } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { nothing, type Section, section, variantName } from './parts.ts';

/** Rates down, variants across: what held, what broke, what could not be judged. Many variants stand below each other instead. */
export function ladderSection(result: Result, s: Strings): Section | undefined {
  const rates = ladderRates(result);
  if (
    result.settings.ladderRatesPerSecond.length === 0 &&
    !result.variants.some((variant) => variant.runs.some((run) => run.phase === 'rung'))
  ) {
    // Users who wait climb no ladder in any profile.
    return hasClosedLoops(result) ? undefined : section('ladder', s.section.ladder, '', nothing(s.ladder.none(result.profile)), 'half');
  }
  if (crowded(result)) {
    return manyLadders(result, rates, s);
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

/** Variants down, rates across, one line each; those that climbed no rung are named below. */
function manyLadders(result: Result, rates: readonly number[], s: Strings): Section {
  const climbed = result.variants.filter((variant) => variant.runs.some((run) => run.phase === 'rung'));
  const still = result.variants.filter((variant) => !climbed.includes(variant)).map(({ id }) => id);
  const summary = (variant: ResultVariant, metric: MetricId, otherwise: string) => {
    const value = variant.metrics[metric];
    return html`<td class="n"><b>${value ? figure(metric, value.value).text : html`<span class="quiet">${absent} ${otherwise}</span>`}</b></td>`;
  };
  return section(
    'ladder',
    s.section.ladder,
    s.ladder.subtitle,
    html`<div class="scroll" tabindex="0" role="region" aria-label="${s.table.region(s.section.ladder)}"><table class="ladders"><thead><tr><th scope="col" class="t">${s.variants.variant}</th>${rates.map(
      (rate) => html`<th scope="col" class="t">${s.ladder.at(count(rate))}</th>`,
    )}<th scope="col" class="n">${s.ladder.highest}</th><th scope="col" class="n">${s.ladder.lowest}</th></tr></thead><tbody>${climbed.map(
      (variant) =>
        html`<tr><th scope="row" class="t">${variantName(result, variant.id)}</th>${rates.map((rate) => shortCell(stepsAt(variant, rate), s))}${summary(variant, 'highest-passed-rate', s.ladder.nonePassed)}${summary(variant, 'lowest-failed-rate', s.ladder.noneFailed)}</tr>`,
    )}</tbody></table></div>${still.length > 0 && html`<p class="note">${s.ladder.still(still)}</p>`}`,
  );
}

/** The verdict of all steps at one rate and the p99 that goes with it; the reasons stand in `result.json`. */
function shortCell(steps: readonly RunRecord[], s: Strings): Insertable {
  const judged = steps.filter((run) => run.validity.verdict === 'valid' && run.passed !== undefined);
  if (judged.length === 0) {
    const word =
      steps.length === 0 ? s.ladder.notRun : steps.some((run) => run.validity.verdict === 'invalid') ? s.ladder.invalid : s.ladder.unknown;
    return html`<td class="t hatched"><span>${word}</span></td>`;
  }
  const passed = judged.filter((run) => run.passed).length;
  const held = passed === judged.length ? 'pass' : 'fail';
  const p99 = judged.length === 1 && judged[0]?.searchResponseMs ? `p99 ${joined(duration(judged[0].searchResponseMs.p99))}` : undefined;
  const under = judged.length > 1 ? s.ladder.of(passed, judged.length) : p99;
  return html`<td class="t"><span class="verdict ${held}">${glyph(held)} ${held === 'pass' ? s.ladder.passed : s.ladder.failed}</span>${under !== undefined && html` <small>${prose(under)}</small>`}</td>`;
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

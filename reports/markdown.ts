import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant } from '../harness/contract/result.ts';
import { answerOf, ratioInterval } from './answer.ts';
import { capacityCells, capacityLimits, searchedVariants } from './capacity-rows.ts';
import { claimCounts, claimFigure, claimsInOrder } from './claim-text.ts';
import { comparisonBlocks, comparisonHeads } from './comparison-rows.ts';
import { conclusion } from './conclusion.ts';
import { costMetrics, predictionError } from './cost-figures.ts';
import {
  crowded,
  failedFirst,
  judgedInOrder,
  orderedSlos,
  readable,
  sloCounts,
  slowestStages,
  stampOf,
  worstObservation,
} from './findings.ts';
import { contradictions, load, overloads } from './markdown-load.ts';
import { plain, table } from './markdown-text.ts';
import { absent, count, duration, figure, interval, joined, percent, ratio, significant, zeroBound } from './numbers.ts';
import { provenanceFacts } from './provenance-facts.ts';
import { remoteHops } from './remote-hops.ts';
import { responseMetric, responseOf } from './response-kind.ts';
import { isSimulation } from './scaling/groups.ts';
import { scalingBanner, scalingBlocks } from './scaling/markdown.ts';
import { heldVariants, notHeld, simulatedWords } from './scaling/words.ts';
import { margin, measuredOnly, objective, observed, samples } from './slo-text.ts';
import { type Language, type Strings, strings } from './strings.ts';
import { visible } from './untrusted-text.ts';
import { checkValue } from './validity-text.ts';
import { warmUpText } from './warm-up-text.ts';

/** The step summary of a CI run refuses more than 64 KB. */
export const summaryLimitBytes = 64 * 1024;

/** A fence one longer than any run of backticks inside, so that the command cannot close it. */
function fenced(text: string): string {
  const line = visible(text);
  const longest = Math.max(2, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${line}\n${fence}`;
}

const marks = { fail: '✕', unknown: '?', pass: '✓' } as const;
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The p99 of each second as a row of bars on an axis from 0; seconds without an answer stay blank. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const top = Math.max(0, ...values.flatMap((value) => value ?? []));
  return values
    .map((value) =>
      value === undefined || top === 0 ? ' ' : (bars[Math.min(bars.length - 1, Math.floor((value / top) * bars.length))] ?? ' '),
    )
    .join('');
}

/** The summary of one run as GitHub-flavoured Markdown, failures first, at most 64 KB. */
export function renderMarkdown(result: Result, language: Language = 'en'): string {
  const s = strings[language];
  if (isSimulation(result)) {
    return fitting(simulated(heldVariants(result), simulatedWords(s), notHeld(result)), s);
  }
  const blocks = [
    ...answer(result, s),
    comparison(result, s),
    load(result, s),
    overloads(result, s),
    slos(result, s),
    checkers(result, s),
    variants(result, s),
    capacity(result, s),
    ratios(result, s),
    fanOut(result, s),
    costs(result, s),
    stages(result, s),
    overTime(result, s),
    errors(result, s),
    contradictions(result, s),
    claims(result, s),
    validity(result, s),
    provenance(result, s),
    s.markdown.next,
  ].filter((block) => block !== undefined);
  return fitting(blocks, s);
}

/** What only a live run has is not in it: generator, processes, repetitions on a machine. */
function simulated(result: Result, s: Strings, free: number): string[] {
  const [title = '', ...rest] = answer(result, s);
  const { checks, reasons } = result.validity;
  return [
    title,
    scalingBanner(result, s),
    ...rest,
    ...(result.slos.length > 0 ? [slos(result, s)] : []),
    ...(free > 0 ? [plain(s.scaling.notHeld(free))] : []),
    ...(result.checkers.length > 0 ? [checkers(result, s)] : []),
    ...scalingBlocks(result, s),
    contradictions(result, s),
    claims(result, s),
    ...(checks.length + reasons.length > 0 ? [validity(result, s)] : []),
    provenance(result, s),
    s.markdown.next,
  ].filter((block) => block !== undefined);
}

/** Blocks as long as they fit: what decides stands first, so what is cut is evidence. */
function fitting(blocks: readonly string[], s: Strings): string {
  const note = `\n\n${s.markdown.cut}\n`;
  let text = '';
  for (const block of blocks) {
    const next = text === '' ? block : `${text}\n\n${block}`;
    if (Buffer.byteLength(next) + Buffer.byteLength(note) > summaryLimitBytes) {
      return `${text === '' ? truncated(block, summaryLimitBytes - Buffer.byteLength(note)) : text}${note}`;
    }
    text = next;
  }
  return `${text}\n`;
}

function truncated(text: string, bytes: number): string {
  // A UTF-16 unit takes three bytes at most, so this never exceeds the limit; a pair that was cut is replaced.
  return text.slice(0, Math.floor(bytes / 3)).toWellFormed();
}

function answer(result: Result, s: Strings): string[] {
  const { headline, qualifiers } = answerOf(result, s);
  const counts = s.first.sloCounts(sloCounts(result));
  return [
    `# ${s.stamp[stampOf(result)]} · ${plain(result.scenario)}`,
    `**${plain(headline)}**`,
    ...(qualifiers.length > 0 ? [qualifiers.map((sentence) => `- ${plain(sentence)}`).join('\n')] : []),
    `${counts} · ${plain(result.profile)} · ${s.first.seed(result.seed)} · ${s.provenance.runId} \`${result.runId.replaceAll('`', '')}\``,
  ].map(visibleLines);
}

/** What many variants are compared for; with few of them the ratios say it. */
function comparison(result: Result, s: Strings): string | undefined {
  if (!crowded(result)) {
    return undefined;
  }
  const rows = comparisonBlocks(result, s).flatMap(({ title, rows: block }) =>
    block.map((row, place) => [
      place === 0 ? title : '',
      row.baseline === undefined ? row.variant : `${row.variant} ${s.group.dividedBy(row.baseline)}`,
      row.shards,
      row.documents,
      ...row.ratios.map(({ text, under }) => (under === '' ? text : `${text} (${under})`)),
      ...row.figures,
    ]),
  );
  return rows.length === 0
    ? undefined
    : `## ${s.section.comparison}\n\n${table(['', ...comparisonHeads(s)], rows)}\n\n${plain(s.group.note)}`;
}

/** Line breaks are the document's own; everything else invisible has been replaced where it entered. */
function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function slos(result: Result, s: Strings): string {
  const rows = orderedSlos(result).map((slo) => {
    const verdict = readable(result, slo.verdict);
    const worst = worstObservation(slo);
    if (!worst) {
      return [`${marks[verdict]} ${s.check[verdict]}`, objective(slo, s), absent, absent, absent, absent];
    }
    const { value, bounds } = observed(slo, worst);
    return [
      `${marks[verdict]} ${s.check[verdict]}`,
      objective(slo, s),
      worst.variant,
      bounds === undefined ? `${value}${worst.why === undefined ? '' : ` – ${worst.why}`}` : `${value} (${bounds})`,
      margin(worst),
      samples(slo, worst, s),
    ];
  });
  const heads = [s.slo.verdict, s.slo.objective, s.slo.worst, s.slo.observed, s.slo.margin, s.slo.samples];
  const free = orderedSlos(result).flatMap((slo) =>
    measuredOnly(slo, s).map((sentence) => `- ${plain(`${objective(slo, s)}: ${sentence}`)}`),
  );
  const body = rows.length > 0 ? table(heads, rows) : `– ${s.slo.none}`;
  return `## ${s.section.slos}\n\n${[body, ...(free.length > 0 ? [free.join('\n')] : [])].join('\n\n')}`;
}

function checkers(result: Result, s: Strings): string {
  const rows = failedFirst(result.checkers).map((each) => [
    `${marks[each.verdict]} ${s.check[each.verdict]}`,
    each.id,
    count(each.checked),
    count(each.violations),
    each.why,
    each.exampleRequestIds.slice(0, 3).join(' ') || absent,
  ]);
  const heads = [s.checkers.verdict, s.checkers.checker, s.checkers.checked, s.checkers.violations, s.checkers.why, s.checkers.examples];
  return `## ${s.section.checkers}\n\n${rows.length > 0 ? table(heads, rows) : `– ${s.checkers.none}`}`;
}

const statistics = ['p50', 'p95', 'p99'] as const;
const columns = ['recall-at-10', 'ndcg-at-10', 'error-ratio', 'cpu-seconds-per-1k', 'resident-bytes'] as const;

/** The title of the metric where all variants are about one kind of request. */
function responseHead({ variants: all }: Result, statistic: (typeof statistics)[number], s: Strings): string {
  const metrics = new Set(all.map((variant) => responseMetric(variant, statistic)));
  const [only] = metrics;
  return metrics.size === 1 && only !== undefined ? s.metricTitle(only) : s.markdown.responseOfKind(statistic);
}

function variants(result: Result, s: Strings): string {
  const value = (variant: ResultVariant, metric: MetricId) => {
    const measured = variant.metrics[metric];
    if (!measured) {
      return absent;
    }
    if (metric === 'error-ratio' && measured.value === 0) {
      return `0 (${s.variants.below(zeroBound(measured.sampleCount) ?? absent)} %)`;
    }
    const bounds = measured.interval
      ? interval(metric, measured.value, measured.interval)
      : s.variants.samples(count(measured.sampleCount));
    return `${joined(figure(metric, measured.value))} (${bounds})`;
  };
  const rows = result.variants.map((variant) => [
    variant.id,
    `${variant.engines.vector ?? absent}, ${s.console.shards(variant.topology.vector.shards)}, ${s.rule[variant.resourceRule]}`,
    value(variant, 'offered-rate'),
    value(variant, 'achieved-rate'),
    ...statistics.map((statistic) => value(variant, responseMetric(variant, statistic))),
    ...columns.map((metric) => value(variant, metric)),
  ]);
  const heads = [
    s.variants.variant,
    s.variants.engine,
    ...(['offered-rate', 'achieved-rate'] as const).map((metric) => s.metricTitle(metric)),
    ...statistics.map((statistic) => responseHead(result, statistic, s)),
    ...columns.map((metric) => s.metricTitle(metric)),
  ];
  return `## ${s.section.variants}\n\n${rows.length > 0 ? table(heads, rows) : `– ${s.variants.none}`}`;
}

function ratios(result: Result, s: Strings): string {
  const row = (each: Comparison) => [
    `${each.variant} ÷ ${each.baseline}`,
    s.metricTitle(each.metric),
    ratio(each.ratio),
    ratioInterval(each) ?? absent,
    count(each.pairs),
    s.setting([each.resourceRule]),
    conclusion(result, each, s),
  ];
  const body = result.comparisons.length > 0 ? table(s.ratios.columns, result.comparisons.map(row)) : `– ${s.ratios.none}`;
  return `## ${s.section.ratios}\n\n${body}`;
}

function fanOut(result: Result, s: Strings): string | undefined {
  const rows = result.variants.flatMap(({ id, costs }) => {
    const found = costs?.fanOut;
    return found === undefined || found.asked < 2
      ? []
      : (['p50', 'p95', 'p99'] as const).map((percentile) => [
          id,
          percentile,
          count(found.asked),
          joined(duration(found.oneShardMs[percentile])),
          joined(duration(found.slowestMs[percentile])),
          ...(['shards', 'baseline'] as const).map((from) => {
            const predicted = found.predictions.find((each) => each.from === from)?.slowestMs[percentile];
            return predicted === undefined
              ? absent
              : s.fanOut.prediction(from, joined(duration(predicted)), predictionError(predicted, found.slowestMs[percentile]));
          }),
        ]);
  });
  return rows.length === 0
    ? undefined
    : `## ${s.section.fanOut}\n\n${table(s.fanOut.shortColumns, rows)}\n\n${plain(s.fanOut.note(result.baseline))}`;
}

function costs(result: Result, s: Strings): string | undefined {
  const known = result.variants.filter((variant) => variant.costs !== undefined);
  if (known.length === 0) {
    return undefined;
  }
  const rows = known.map((variant) => [
    variant.id,
    (variant.costs?.cpuByTier ?? []).map(({ tier, cpuSecondsPer1k }) => `${s.tier[tier]} ${significant(cpuSecondsPer1k)}`).join(', ') ||
      absent,
    ...costMetrics.map((metric) => {
      const measured = variant.metrics[metric];
      return measured === undefined ? absent : joined(figure(metric, measured.value));
    }),
  ]);
  const heads = [s.variants.variant, s.metricTitle('cpu-seconds-per-1k'), ...costMetrics.map((metric) => s.costs.heads[metric])];
  const unmeasured = [...new Set(known.flatMap((variant) => variant.costs?.bytesNotMeasured ?? []))];
  return `## ${s.section.costs}\n\n${table(heads, rows)}\n\n${plain(s.costs.note(unmeasured))}`;
}

function stages(result: Result, s: Strings): string | undefined {
  const slowest = slowestStages(result);
  const [first, second] = slowest?.parts ?? [];
  if (!slowest || !first) {
    return undefined;
  }
  const next = second && s.console.slowestNext(second.stage, percent(second.share));
  const sentences = [
    s.console.slowestText(first.stage, percent(first.share), slowest.cohort, slowest.variant, next),
    ...remoteHops(result, s),
  ];
  return `## ${s.section.stages}\n\n${sentences.map(plain).join(' ')}`;
}

function overTime(result: Result, s: Strings): string | undefined {
  const lines = result.variants.flatMap(({ id, series }) => {
    const values = series?.seconds.map((each) => responseOf(each)?.p99) ?? [];
    const top = Math.max(0, ...values.flatMap((value) => value ?? []));
    return top > 0 ? [`${id}\n${sparkline(values)}  ${s.markdown.upTo(significant(top / 1000))}`] : [];
  });
  return lines.length > 0 ? `## ${s.markdown.overTime}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`` : undefined;
}

function errors(result: Result, s: Strings): string | undefined {
  const rows = result.variants.flatMap((variant) =>
    variant.errors.map((each) => [
      variant.id,
      s.errorClass(each.errorClass),
      count(each.count),
      each.exampleRequestIds.slice(0, 3).join(' ') || absent,
    ]),
  );
  const heads = [s.variants.variant, s.errors.errorClass, s.errors.count, s.errors.examples];
  return rows.length > 0 ? `## ${s.section.errors}\n\n${table(heads, rows)}` : undefined;
}

function capacity(result: Result, s: Strings): string | undefined {
  const searched = searchedVariants(result);
  const [first] = searched;
  const { variant, carried, failed, probes, answer: answered } = s.capacity;
  return first === undefined
    ? undefined
    : `## ${s.section.capacity}\n\n${plain(capacityLimits(first.capacity, s))}\n\n${table(
        [variant, carried, failed, probes, answered],
        searched.map((one) => [one.id, ...capacityCells(one.capacity, s)]),
      )}`;
}

function claims(result: Result, s: Strings): string | undefined {
  const rows = claimsInOrder(result).map((claim) => [
    s.claim[claim.verdict],
    claim.id,
    claim.statement,
    claim.measured === undefined ? absent : claimFigure(claim.measured),
    claim.why,
  ]);
  const heads = [s.claims.verdict, s.claims.claim, s.claims.statement, s.claims.measured, s.claims.why];
  return rows.length > 0 ? `## ${s.section.claims}\n\n${s.claims.subtitle(...claimCounts(result))}\n\n${table(heads, rows)}` : undefined;
}

function validity(result: Result, s: Strings): string {
  const checks = failedFirst(result.validity.checks).map((check) => `- ${s.holds[check.verdict]}: ${plain(checkValue(check, s))}`);
  const struck = judgedInOrder(result).flatMap(({ run }, place) =>
    run.validity.verdict === 'invalid'
      ? [`- ${plain(s.validity.invalidRun(place + 1, run.stepId, run.validity.reasons.join('; ') || s.validity.noReason))}`]
      : [],
  );
  const warmUp = warmUpText(result, s);
  const word = result.validity.verdict === 'valid' ? s.first.valid : s.first.invalid;
  const reasons = result.validity.reasons.map((reason) => ` ${plain(reason)}`).join('');
  return [
    `## ${s.section.validity}`,
    '',
    `**${word}**${reasons}`,
    '',
    ...(checks.length > 0 ? checks : [`- ${s.validity.noChecks}`]),
    ...(warmUp === undefined ? [] : [`- ${plain(warmUp)}`]),
    ...struck,
  ].join('\n');
}

function provenance(result: Result, s: Strings): string {
  const facts = provenanceFacts(result, s).map(([term, text]) => `- ${term}: ${plain(text)}`);
  return [`## ${s.section.provenance}`, '', ...facts, '', fenced(result.provenance.command)].join('\n');
}

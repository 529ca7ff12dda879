import pc from 'picocolors';
import { type MetricId, metricDefinition } from '../harness/contract/metrics.ts';
import type { Result } from '../harness/contract/result.ts';
import { type ExitCode, exitCodeOf } from '../harness/contract/verdict.ts';
import { answerOf } from './answer.ts';
import { claimCounts } from './claim-text.ts';
import { decides, failedFirst, orderedSlos, readable, type Stamp, slowestStages, stampOf, worstObservation } from './findings.ts';
import { absent, count, figure, percent, significant } from './numbers.ts';
import { responseMetric } from './response-kind.ts';
import { scalingLines } from './scaling/console.ts';
import { isSimulation } from './scaling/groups.ts';
import { heldVariants } from './scaling/words.ts';
import { margin, measuredOnly, objective, observed, samples } from './slo-text.ts';
import { type Language, type Strings, strings } from './strings.ts';
import { type Line, laidOut, padded, wrapped } from './terminal-table.ts';
import { cells } from './text-width.ts';
import { visible } from './untrusted-text.ts';

export interface ConsoleOptions {
  readonly color: boolean;
  /** Width of the terminal; sentences are wrapped to it, tables drop nothing. */
  readonly columns: number;
  /** Label and path of each file that was written, in the order in which they are to be read. */
  readonly paths: Readonly<Record<string, string>>;
  readonly nextCommand: string;
  /** How the command ends; taken from the result when it is left out. */
  readonly exitCode?: ExitCode;
  readonly language?: Language;
}

type Paint = (text: string) => string;
type Colours = ReturnType<typeof pc.createColors>;

const labelWidth = 11;

/** What a terminal shows after a run: verdict and answer, SLOs, variants, slowest stage, paths, next command, exit code. */
export function renderConsole(result: Result, options: ConsoleOptions): string {
  const s = strings[options.language ?? 'en'];
  const c = pc.createColors(options.color);
  const code =
    options.exitCode ??
    exitCodeOf({ verdict: result.verdict, validity: result.validity.verdict, interrupted: result.status === 'partial' });
  const isSimulated = isSimulation(result);
  const lines = [
    ...title(result, options, c, s),
    '',
    ...answer(result, options, c, s),
    '',
    ...slos(isSimulated ? heldVariants(result) : result, options, c, s),
    ...checkers(result, options, c, s),
    '',
    ...(isSimulated
      ? [...scalingLines(result, { width: options.columns, dim: c.dim, alarm: c.red }, s), '']
      : [...variants(result, c, s), '', ...slowest(result, options, c, s)]),
    ...claims(result, c, s),
    ...Object.entries(options.paths).map(([name, path]) => labelled(name, c.cyan(visible(path)), c)),
    labelled(s.console.next, visible(options.nextCommand), c),
    labelled(s.console.exit(code), c.dim(s.console.exitReason(code)), c),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function labelled(name: string, text: string, c: Colours): string {
  return `${c.dim(padded(name, labelWidth))}${text}`;
}

function title(result: Result, { columns }: ConsoleOptions, c: Colours, s: Strings): string[] {
  const settings = s.console.settings(result.profile, result.seed, result.variants.length, result.settings.repetitions);
  return [`${c.bold(result.scenario)}  ${c.dim(settings)}`, ...wrapped(visible(result.question), columns).map((line) => c.dim(line))];
}

function stampPaint(stamp: Stamp, c: Colours): Paint {
  switch (stamp) {
    case 'pass':
      return (text) => c.bold(c.green(text));
    case 'fail':
      return (text) => c.bold(c.red(text));
    case 'inconclusive':
      return (text) => c.bold(c.magenta(text));
    case 'no-data':
    case 'invalid':
    case 'partial':
      return (text) => c.bold(c.yellow(text));
  }
}

function answer(result: Result, { columns }: ConsoleOptions, c: Colours, s: Strings): string[] {
  const stamp = stampOf(result);
  const word = s.stamp[stamp];
  const { headline, qualifiers } = answerOf(result, s);
  const indent = cells(word) + 2;
  const room = Math.max(24, columns - indent);
  const [first = '', ...rest] = wrapped(visible(headline), room);
  const valid = result.validity.verdict === 'valid' ? s.console.runValid : s.console.runInvalid;
  const doubt = [valid, ...result.validity.reasons].map(visible).join(': ');
  return [
    `${stampPaint(stamp, c)(word)}  ${c.bold(first)}`,
    ...rest.map((line) => `${' '.repeat(indent)}${c.bold(line)}`),
    ...[...qualifiers, doubt].flatMap((sentence) => wrapped(visible(sentence), room).map((line) => `${' '.repeat(indent)}${c.dim(line)}`)),
  ];
}

const marks = { fail: '✕', unknown: '?', pass: '✓' } as const;

function verdictPaint(verdict: keyof typeof marks, c: Colours): Paint {
  return { fail: c.red, unknown: c.magenta, pass: c.green }[verdict];
}

function slos(result: Result, { columns }: ConsoleOptions, c: Colours, s: Strings): string[] {
  if (result.slos.length === 0) {
    return [c.dim(`${absent} ${s.console.noSlo}`)];
  }
  const rows = orderedSlos(result).map((slo): Line => {
    const worst = worstObservation(slo);
    const verdict = readable(result, slo.verdict);
    const paint = verdictPaint(verdict, c);
    const beyond: Paint = verdict === 'pass' ? String : paint;
    const { value, bounds } = worst ? observed(slo, worst) : { value: absent, bounds: undefined };
    return [
      { text: marks[verdict], paint },
      { text: objective(slo, s), paint: beyond },
      { text: worst?.variant ?? absent, paint: variantPaint(result, worst?.variant, c) },
      { text: value, right: true, paint: c.bold },
      { text: bounds === undefined ? '' : `(${bounds})`, paint: c.dim },
      { text: worst ? margin(worst) : absent, right: true, paint: beyond },
      { text: worst ? samples(slo, worst, s) : absent, right: true },
    ];
  });
  const reasons = orderedSlos(result).flatMap((slo) => {
    const worst = worstObservation(slo);
    return worst?.verdict === 'unknown' && worst.why !== undefined
      ? wrapped(visible(`${objective(slo, s)}: ${worst.why}`), columns - 3).map((line, place) => `${place === 0 ? '?' : ' '}  ${line}`)
      : [];
  });
  const free = orderedSlos(result).flatMap((slo) =>
    measuredOnly(slo, s).flatMap((sentence) =>
      wrapped(visible(`${objective(slo, s)}: ${sentence}`), columns - 3).map((line) => `   ${line}`),
    ),
  );
  const heads = ['', s.console.slo, s.console.worst, s.console.observed, s.console.interval, s.console.margin, s.console.samples];
  return [...laidOut(heads, rows, c.dim), ...[...reasons, ...free].map((line) => c.dim(line))];
}

function checkers(result: Result, { columns }: ConsoleOptions, c: Colours, s: Strings): string[] {
  return failedFirst(result.checkers)
    .filter((checker) => checker.verdict !== 'pass')
    .flatMap((checker) => {
      const text = s.console.checker(checker.id, count(checker.violations), count(checker.checked), visible(checker.why));
      const [first = '', ...rest] = wrapped(text, columns - 4);
      const paint = verdictPaint(checker.verdict, c);
      return [paint(`${marks[checker.verdict]}  ${first}`), ...rest.map((line) => paint(`   ${line}`))];
    });
}

/** The colours of the variants in the order of the charts; a dash or mark has no place in a terminal, the name has. */
function variantPaint(result: Result, id: string | undefined, c: Colours): Paint {
  const index = result.variants.findIndex((variant) => variant.id === id);
  return [c.blue, c.yellow, c.green, c.magenta][index] ?? String;
}

function variants(result: Result, c: Colours, s: Strings): string[] {
  if (result.variants.length === 0) {
    return [c.dim(`${absent} ${s.console.noVariant}`)];
  }
  const rows = result.variants.map((variant): Line => {
    const value = (metric: MetricId) => {
      const measured = variant.metrics[metric];
      const failed =
        decides(result) &&
        result.slos.some(
          (slo) => slo.metric === metric && slo.perVariant.some((each) => each.variant === variant.id && each.verdict === 'fail'),
        );
      const text = measured
        ? metricDefinition(metric).unit === 'ms'
          ? significant(measured.value)
          : figure(metric, measured.value).text
        : absent;
      return { text, right: true, ...(failed && { paint: (shown: string) => c.bold(c.red(shown)) }) };
    };
    return [
      { text: '' },
      { text: variant.id, paint: variantPaint(result, variant.id, c) },
      { text: s.console.shards(variant.topology.vector.shards) },
      { text: visible(variant.engines.vector ?? absent) },
      value(responseMetric(variant, 'p50')),
      value(responseMetric(variant, 'p95')),
      value(responseMetric(variant, 'p99')),
      value('recall-at-10'),
      value('cpu-seconds-per-1k'),
    ];
  });
  const k = s.console;
  const heads = ['', k.variant, k.resources, k.servedBy, k.p50, k.p95, k.p99, k.recall, k.cpu];
  const embedded = result.components
    .filter((component) => component.embedded)
    .map((component) => {
      const note = component.tier === 'vector' ? s.first.notQdrant : component.tier === 'provider' ? s.first.simulated : s.first.embedded;
      return visible(`${s.tier[component.tier]}: ${component.engine} ${component.version}, ${note}`);
    });
  const standIns = result.components.filter(({ standIn }) => standIn === true).map(({ tier }) => s.tier[tier]);
  const notes = [...embedded, ...(standIns.length > 0 ? [s.first.standIns(standIns)] : [])];
  return [...laidOut(heads, rows, c.dim), ...(notes.length > 0 ? notes.map((note) => `  ${c.dim(note)}`) : [])];
}

function claims(result: Result, c: Colours, s: Strings): string[] {
  return result.claims.length === 0 ? [] : [labelled(s.console.claims, s.console.claimCounts(...claimCounts(result)), c)];
}

function slowest(result: Result, { columns }: ConsoleOptions, c: Colours, s: Strings): string[] {
  const found = slowestStages(result);
  const [first, second] = found?.parts ?? [];
  if (!found || !first) {
    return [labelled(s.console.slowest, c.dim(`${absent} ${s.console.noStages}`), c)];
  }
  const next = second && s.console.slowestNext(visible(second.stage), percent(second.share));
  const text = s.console.slowestText(visible(first.stage), percent(first.share), found.cohort, found.variant, next);
  return wrapped(text, columns - labelWidth).map((line, place) =>
    place === 0 ? labelled(s.console.slowest, line, c) : `${' '.repeat(labelWidth)}${line}`,
  );
}

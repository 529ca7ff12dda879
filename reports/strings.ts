import type { OperationKind, ResourceRule } from '../harness/contract/common.ts';
import { type MetricId, metricDefinition } from '../harness/contract/metrics.ts';
import type { ErrorClass } from '../harness/contract/operation.ts';
import type { Comparator, FirstLimitKind } from '../harness/contract/scenario.ts';
import type { Tier } from '../harness/contract/topology.ts';
import type { CheckVerdict, ClaimVerdict, ExitCode } from '../harness/contract/verdict.ts';
import type { Stamp } from './findings.ts';
import { scalingStrings } from './scaling/strings.ts';
import type { GroupId } from './variant-groups.ts';

const because = (why: string | undefined): string => (why === undefined || why === '' ? '' : `: ${why}`);
const list = (items: readonly string[]): string => items.join(', ');
const plural = (n: number, one: string, many: string): string => (n === 1 ? one : many);

const rules: Record<ResourceRule, string> = { 'equal-total': 'equal total resources', 'equal-per-node': 'equal resources per node' };
const tiers: Record<Tier, string> = {
  gateway: 'gateway',
  query: 'query',
  redis: 'shared cache',
  indexer: 'indexer',
  provider: 'embeddings and answers',
  vector: 'vector store',
  postgres: 'documents',
};
const errorClasses: Record<ErrorClass, string> = {
  'http-4xx': 'HTTP 4xx',
  'http-5xx': 'HTTP 5xx',
  timeout: 'timeout',
  closed: 'closed',
  reset: 'reset',
  refused: 'refused',
  dropped: 'dropped',
  mismatch: 'mismatch',
  'truncated-stream': 'truncated stream',
  'stalled-stream': 'stalled stream',
  unfinished: 'unfinished',
};
const exits: Record<ExitCode, string> = {
  0: 'nothing failed',
  99: 'an SLO or a checker failed',
  98: 'a regression was confirmed',
  97: 'nothing was measured, or nothing could be decided',
  64: 'the command was not understood',
  70: 'a fault of this program',
  75: 'the environment was unfit: this run decides nothing',
  78: 'the configuration was refused',
  130: 'interrupted: the result is partial',
};

const en = {
  languageTag: 'en',
  product: 'rag-testbed',
  /** The condition under which every sentence of the answer holds. */
  setting: (resourceRules: readonly ResourceRule[]) =>
    ['on one machine', resourceRules.map((rule) => rules[rule]).join(' and ')].filter((part) => part !== '').join(', '),
  rule: rules,
  metricTitle: (metric: MetricId): string => metricDefinition(metric).title,
  kind: { search: 'search', ask: 'ask', 'ask-stream': 'streamed ask', upsert: 'upsert', health: 'health probe' } satisfies Record<
    OperationKind,
    string
  >,
  tier: tiers,
  errorClass: (errorClass: ErrorClass): string => errorClasses[errorClass],
  stamp: {
    pass: 'PASS',
    fail: 'FAIL',
    inconclusive: 'INCONCLUSIVE',
    'no-data': 'NO DATA',
    invalid: 'INVALID',
    partial: 'PARTIAL',
  } satisfies Record<Stamp, string>,
  check: { pass: 'pass', fail: 'fail', unknown: 'undecided' } satisfies Record<CheckVerdict, string>,
  holds: { pass: 'holds', fail: 'broken', unknown: 'undecided' } satisfies Record<CheckVerdict, string>,
  claim: { confirmed: 'confirmed', refuted: 'refuted', undecided: 'undecided' } satisfies Record<ClaimVerdict, string>,

  answer: {
    ratio: (setting: string, metric: string, variant: string, baseline: string, ratio: string) =>
      `${capital(setting)}, the ${metric} of ${variant} is ${ratio} that of ${baseline}.`,
    noDifference: (setting: string, metric: string, variant: string, baseline: string, effect: string | undefined) =>
      `${capital(setting)}: no difference seen in ${metric} between ${variant} and ${baseline}; ${effect === undefined ? 'the change that would have been seen is not known' : `a change of ${effect} would have been seen`}.`,
    undecided: (setting: string, metric: string, variant: string, baseline: string) =>
      `${capital(setting)}, it stays undecided whether the ${metric} of ${variant} differs from that of ${baseline}.`,
    bySlo: (setting: string, sentence: string) => `${capital(setting)}: ${sentence}`,
    noComparison: (setting: string) => `${capital(setting)}, this run compares nothing: no ratio and no SLO was computed.`,
    nothing: (setting: string, succeeded: string, issued: string) =>
      `Nothing was measured ${setting}: ${succeeded} answers to ${issued} requests.`,
    invalid: (setting: string, reasons: readonly string[]) =>
      `${capital(setting)}, this run decides nothing${because(reasons.join('; '))}.`,
    partial: (setting: string, why: string | undefined) =>
      `${capital(setting)}, this run decides nothing: it ended early${why === undefined ? '' : ` (${why})`}.`,
    noVerdict: (setting: string) => `The figures below are shown as they were measured ${setting}; no verdict is drawn from them.`,
    evidence: (setting: string, ratio: string, bounds: string, pairs: string, samples: string) =>
      `Ratio ${ratio}, interval ${bounds}, from ${pairs} pairs of repetitions with ${samples} requests or more per variant, ${setting}.`,
    tooFewPairs: (setting: string, pairs: number, needed: number, ratio: string) =>
      `Too few repetitions: ${pairs} ${plural(pairs, 'pair admits', 'pairs admit')} no interval at 95 %, ${needed} are needed; the ratio of ${ratio} seen ${setting}, is no finding.`,
    noInterval: (setting: string, pairs: string, ratio: string) =>
      `No interval could be given for the ratio of ${ratio} from ${pairs} pairs of repetitions ${setting}.`,
    metricOf: (metric: string, variant: string) => `${metric} of ${variant}`,
    ratioItem: (metric: string, ratio: string, bounds: string | undefined, pairs: string) =>
      `${metric} ${ratio} (${bounds ?? `no interval from ${pairs} pairs`})`,
    noneItem: (metric: string, effect: string | undefined) =>
      effect === undefined ? metric : `${metric} (a change of ${effect} would have been seen)`,
    also: (setting: string, items: readonly string[]) => `Also ${setting}: ${list(items)}.`,
    alsoNone: (setting: string, items: readonly string[]) => `No difference seen ${setting}: ${list(items)}.`,
    alsoUndecided: (setting: string, items: readonly string[]) => `Undecided ${setting}: ${list(items)}.`,
    group: (
      name: string,
      setting: string,
      metric: string,
      baseline: string,
      moved: readonly string[],
      same: readonly string[],
      open: readonly string[],
    ) =>
      `${name}, ${setting}, ${metric} ÷ ${baseline}: ${
        [
          moved.length > 0 ? list(moved) : undefined,
          same.length > 0 ? `no difference seen for ${list(same)}` : undefined,
          open.length > 0 ? `undecided for ${list(open)}` : undefined,
        ]
          .filter((part) => part !== undefined)
          .join('; ') || 'not compared'
      }.`,
    ladder: (setting: string, items: readonly string[]) => `Highest passed rung of the ladder ${setting}: ${list(items)}.`,
    scope: (setting: string, quotas: boolean) =>
      quotas
        ? `The CPU and memory quotas of the containers hold, but ${setting}, with no network between machines, this measures what sharding costs more than what scale-out gains.`
        : `Without a network or quotas, ${setting}, this measures what sharding costs, not what scale-out gains.`,
    disturbed: (setting: string, title: string, share: string, limit: string) =>
      `The machine was busy with other things ${setting}: ${title} up to ${share} in a window, more than ${limit}. Response times are those of a busy machine.`,
    leftOut: (setting: string, variant: string, why: string) => `Left out ${setting}: ${variant}, because ${why}.`,
  },

  group: {
    name: {
      placement: (shards) => (shards === undefined ? 'Where documents are placed' : `Where documents are placed, at ${shards} shards`),
      shards: () => 'Number of hash shards',
      corpus: () => 'A second corpus size',
      retrieval: () => 'How documents are found',
      deployment: () => 'Who shards, and with what resources',
      other: () => 'Other variants',
    } satisfies Record<GroupId, (shards: number | undefined) => string>,
    subtitle: (baseline: string) => `each variant ÷ ${baseline} or the baseline that is named, ≥ 95 % interval`,
    note: 'A ratio without a word beside it is a finding; the others name what kept them from being one. A dash in the ladder: no rung was passed.',
    baseline: 'baseline',
    dividedBy: (baseline: string) => `÷ ${baseline}`,
    same: 'no difference seen',
    open: 'undecided',
    notDrawn: 'no verdict',
    noRung: 'none',
    columns: {
      shards: 'Shards',
      documents: 'Documents',
      p95: 'p95, ratio',
      cpu: 'CPU, ratio',
      rung: 'Highest rung, /s',
      recall: 'recall@10',
      gain: 'nDCG@10',
      fanOut: 'Fan-out',
      balance: 'Max ÷ mean',
    },
  },

  first: {
    question: 'Question',
    hypothesis: 'Hypothesis',
    servedBy: 'Served by',
    worstSlo: 'Worst SLO',
    margin: 'Margin',
    rate: 'Rate',
    validity: 'Validity',
    checkers: 'Checkers',
    run: (startedAt: string) => `run ${startedAt}`,
    seed: (seed: number) => `seed ${seed}`,
    valid: 'Valid.',
    invalid: 'Invalid.',
    noSlo: 'no SLO was judged',
    noRate: 'no rate was measured',
    noChecks: 'No check was observed.',
    notObserved: (title: string) => `${title} not observed`,
    rateText: (offered: string, achieved: string, variant: string) =>
      [offered, ' offered → ', achieved, ` achieved (lowest, ${variant})`] as const,
    on: ' on ',
    sloCounts: ({ failed, undecided, total }: { readonly failed: number; readonly undecided: number; readonly total: number }) =>
      total === 0
        ? 'no SLO was judged'
        : [
            failed > 0 ? `${failed} of ${total} ${plural(total, 'SLO', 'SLOs')} failed` : undefined,
            undecided > 0 ? `${undecided} ${failed > 0 ? '' : `of ${total} ${plural(total, 'SLO', 'SLOs')} `}undecided` : undefined,
            failed === 0 && undecided === 0 ? `${total} of ${total} ${plural(total, 'SLO', 'SLOs')} held` : undefined,
          ]
            .filter((part) => part !== undefined)
            .join(' · '),
    checkerCounts: (failed: number, undecided: number, total: number) =>
      `${failed} of ${total} failed${undecided > 0 ? ` · ${undecided} undecided` : ''}`,
    leftOut: (invalid: number, total: number) => `${invalid} of ${total} repetitions invalid, left out`,
    notQdrant: 'not Qdrant',
    simulated: 'simulated',
    embedded: 'embedded',
    standIn: 'stand-in image',
    standIns: (tiers: readonly string[]) => `stand-in images, not the published ones: ${list(tiers)}`,
  },

  section: {
    answer: 'Answer',
    variants: 'Variants',
    comparison: 'What the variants are compared for',
    slos: 'Service level objectives',
    percentiles: 'Response time by percentile',
    overTime: 'Over time',
    stages: 'Where time goes',
    ladder: 'Ladder of rates',
    capacity: 'Highest rate within limits',
    load: 'The load, closed and open',
    overload: 'What gave out first',
    contradictions: 'Where the source contradicts itself',
    replay: 'By the clock of the recording',
    ratios: 'Ratios to the baseline',
    fanOut: 'Fan-out and the slowest shard',
    costs: 'What a search and its index cost',
    balance: 'Balance of the shards',
    processes: 'Processes',
    errors: 'Errors by class',
    checkers: 'Checkers',
    claims: 'Claims judged by this run',
    validity: 'Validity',
    provenance: 'Provenance',
  },
  nav: {
    label: 'Sections',
    answer: 'Answer',
    comparison: 'Comparison',
    slos: 'SLOs',
    percentiles: 'Percentiles',
    'over-time': 'Over time',
    stages: 'Stages',
    ladder: 'Ladder',
    capacity: 'Capacity',
    load: 'Load',
    overload: 'Overload',
    contradictions: 'Contradictions',
    replay: 'Replay',
    ratios: 'Ratios',
    'fan-out': 'Fan-out',
    costs: 'Costs',
    balance: 'Shards',
    processes: 'Processes',
    errors: 'Errors',
    checkers: 'Checkers',
    claims: 'Claims',
    validity: 'Validity',
    provenance: 'Provenance',
  },

  variants: {
    caption: 'p50 ● p95 ┃ p99 ▸ search response time, ms; dotted: limits',
    variant: 'Variant',
    engine: 'Vector store',
    rate: 'Offered → achieved, /s',
    axis: 'p50 ● p95 ┃ p99 ▸ in ms; dotted: limits',
    recall: 'recall@10',
    errors: 'Errors, %',
    cpu: 'CPU s per 1k',
    memory: 'Memory',
    reference: 'baseline',
    resources: (shards: number, query: number, gateway: number) =>
      `${shards} ${plural(shards, 'shard', 'shards')} · ${query} query · ${gateway} gateway`,
    samples: (n: string) => `n = ${n}`,
    errorsOf: (errors: string, n: string) => `${errors} of ${n}`,
    below: (bound: string) => `< ${bound}`,
    notMeasured: 'not measured',
    noEngine: 'engine not reported',
    none: 'No variant was started.',
  },

  slo: {
    subtitle: (variants: number) =>
      variants > 1 ? 'failed first; the worst variant is named, the marks show every variant' : 'failed first',
    verdict: 'Verdict',
    objective: 'Objective',
    worst: 'Worst variant',
    observed: 'Observed (≥ 95 % CI)',
    limit: 'limit',
    margin: 'Margin',
    samples: 'Samples',
    tail: (tail: string, n: string) => `tail ${tail} of ${n}`,
    none: 'No SLO was judged in this run.',
    notObserved: (metric: string, variant: string, why: string | undefined) =>
      `the ${metric} of ${variant} was not observed${because(why)}.`,
    undecided: (metric: string, variant: string, value: string, limit: string, why: string | undefined) =>
      `${metric} is ${value} on ${variant}, undecided against the limit of ${limit}${because(why)}.`,
    sentence: (metric: string, variant: string, value: string, limit: string, comparator: Comparator, held: boolean, margin: string) =>
      `${metric} is ${value} on ${variant}, ${held ? 'within' : comparator === 'le' ? 'above' : 'below'} the limit of ${limit} (margin ${margin}).`,
    allVariants: 'All variants',
    measuredOnly: (variant: string, value: string, why: string) => `not held to it: ${variant} (${value}), because ${why}`,
  },

  percentiles: {
    title: (kind: OperationKind) => (kind === 'search' ? 'Response time by percentile' : `Response time of ${kind} requests by percentile`),
    subtitle: (kind: string, counts: readonly string[], bounded: boolean) =>
      `${kind}, steady state, counted from the intended start; ${counts.join(', ')}${bounded ? '; bars at p50, p95, p99 are ≥ 95 % intervals' : ''}`,
    sampleCount: (variant: string, n: string) => `${variant} n = ${n}`,
    axis: 'share of requests answered within · axis 1 ÷ (1 − p), log scale',
    axisShort: 'share answered within, log 1 ÷ (1 − p)',
    tick: (percentile: number) => `${percentile} %`,
    name: (metric: MetricId) => /p\d+$/.exec(metric)?.[0]?.replace(/^p(\d\d)(\d+)$/, 'p$1.$2') ?? metric,
    fewSamples: (n: number) => `fewer than ${n} samples`,
    embedded: (engine: string) => `${engine}, not Qdrant`,
    howTo: 'How to read it',
    right: 'Right is rarer: at 99 % one request in a hundred is slower. A lower line answers sooner at every percentile that it covers.',
    gap: (baseline: string, setting: string, items: readonly string[]) => `Ratio to ${baseline} ${setting}: ${list(items)}.`,
    gapItem: (percentile: number, text: string) => `${text} at p${percentile}`,
    open: { 'no-difference-seen': 'no difference seen', undecided: 'undecided' },
    circle: 'Circles are limits, each at its own percentile.',
    thin: (n: number) => `Thin lines on hatched ground rest on fewer than ${n} requests and decide nothing.`,
    frame: (engine: string) => `The dashed frame says that ${engine} served, not Qdrant.`,
    none: 'No histogram of a valid repetition exists, so there is no curve to draw.',
    described: (kind: string, parts: readonly string[]) => `Percentile plot of ${kind} response time, ms, by variant. ${parts.join('. ')}.`,
    left: 'The table of the curves is left out to keep this file small; result.json has it.',
    percentile: 'Percentile',
    tail: 'beyond',
  },

  chart: {
    region: (title: string) => `${title}: chart`,
    rule: (drawn: number, total: number) =>
      `${drawn} of ${total} variants are drawn, here and below: the baseline, those that break a goal or come nearest to one, then in the order of the plan. The tables have all; result.json has all curves.`,
    some: (drawn: number, total: number, rest: 'table' | 'data') =>
      `${drawn} of ${total} variants are drawn; ${rest === 'table' ? 'the tables have' : 'result.json has'} all.`,
  },

  overTime: {
    subtitle: (parts: readonly string[]) => `${parts.join(' · ')}; warm-up hatched and left out of every figure above`,
    repetition: (variant: string, repetition: string) => `${variant}, ${repetition}`,
    panel: {
      response: ['Response time', 'ms, per second of intended start'],
      rate: ['Rate', 'requests per second'],
      inFlight: ['In flight', 'requests, end of second'],
      errors: ['Errors', 'requests per second, by class'],
    },
    offered: 'offered',
    done: 'done',
    inFlightLabel: 'in flight',
    noErrors: 'no errors',
    quiet: 'No request of these repetitions failed, so that no errors are drawn.',
    noSuccess: 'no success',
    none: 'No time series of a repetition was recorded.',
    described: (panel: string, variant: string) => `${panel} over time, ${variant}`,
    second: 's',
    columns: ['Second', 'arrivals', 'sent', 'done', 'errors', 'in flight', 'p50, ms', 'p95, ms', 'p99, ms', 'n'],
    left: 'Second-by-second tables are left out to keep this file small; result.json has them.',
  },

  stages: {
    subtitle: 'ms per stage, by cohort of whole requests',
    note: 'Each bar is the mean of the requests around that percentile of the whole response, so its parts add up. Percentiles of single stages would not.',
    described: (parts: readonly string[]) => `Stage bars by cohort and variant. ${parts.join('. ')}.`,
    total: (variant: string, cohort: string, total: string) => `${variant} ${cohort} ${total}`,
    none: 'No answer carried stage times.',
    remote: (variant: string, remote: string, shards: number) =>
      `In ${variant} a search enters at one peer in turn, which fetches ${remote} of ${shards} shards from other peers: these hops are inside the stage “search”.`,
    columns: ['Variant', 'Cohort', 'n', 'Total, ms'],
  },

  ladder: {
    subtitle: 'fixed rates, one repetition each beyond the judged rate; a broken rung fails no run',
    rate: 'Offered, /s',
    passed: 'passed',
    failed: 'failed',
    invalid: 'invalid',
    notRun: 'not run',
    unknown: 'not judged',
    repetitions: (passed: number, judged: number) => `${passed} of ${judged} repetitions held every limit`,
    of: (passed: number, judged: number) => `${passed} of ${judged}`,
    at: (rate: string) => `${rate}/s`,
    still: (variants: readonly string[]) => `Climbed no rung: ${list(variants)}.`,
    highest: 'Highest passed',
    lowest: 'Lowest failed',
    noneFailed: 'none failed',
    nonePassed: 'none passed',
    figures: (achieved: string, p99: string | undefined) => `${achieved} achieved${p99 === undefined ? '' : ` · p99 ${p99}`}`,
    none: (profile: string) => `The profile ${profile} has no ladder.`,
  },

  capacity: {
    subtitle: (kind: string, percentile: string, limit: string, errors: string, achieved: string) =>
      `${kind} p${percentile} ≤ ${limit}, errors ≤ ${errors}, achieved ÷ offered ≥ ${achieved}, and response times that do not rise within a probe`,
    variant: 'Variant',
    carried: 'Held, /s',
    failed: 'Failed at, /s',
    probes: 'Probes',
    answer: 'Answer',
    outcome: {
      found: 'found',
      'never-failed': 'at least this: the highest rate to try held',
      'always-failed': 'no rate held',
      undecided: 'undecided',
    },
    probesOf: (variant: string) => `Every probe of ${variant}`,
    heads: ['probe', 'for', 'rate, /s', 'achieved, /s', 'response, ms', 'samples', 'drift, %', 'verdict', 'reason'],
    phase: { bracket: 'bracket', bisect: 'bisection', confirm: 'confirmation' },
    verdict: { passed: 'passed', failed: 'failed', undecided: 'says nothing' },
  },

  ratios: {
    subtitle: (baseline: string) => `each variant ÷ ${baseline}, pairs of repetitions, ≥ 95 % interval`,
    note: 'Hodges–Lehmann estimate over the log ratios of paired repetitions with its exact interval. A hollow mark decided nothing; a grey band is the change that could not have been seen.',
    verdict: { higher: 'higher', lower: 'lower' },
    noDifference: (effect: string | undefined) =>
      effect === undefined ? 'no difference seen' : `no difference seen; a change of ${effect} would have been`,
    tooFewPairs: (pairs: number, needed: number) => `undecided: ${pairs} ${plural(pairs, 'pair', 'pairs')}, 95 % needs ${needed}`,
    undecided: 'undecided: the interval does not exclude 1 ×',
    notDrawn: 'no verdict is drawn',
    noInterval: 'no interval',
    left: (others: number) => `The ${others} ratios in other metrics are in the table.`,
    none: 'No pair of valid repetitions exists, so no ratio was formed.',
    described: (items: readonly string[]) => `Ratios to the baseline with ≥ 95 % intervals. ${items.join('. ')}.`,
    columns: ['Ratio of', 'Metric', 'Ratio', '≥ 95 % interval', 'Pairs', 'Rule', 'Conclusion'],
  },

  fanOut: {
    subtitle: 'time of the slowest asked shard as the query tier saw it, ms, against what independent shards would give',
    measured: (percentile: string, value: string, thin: boolean) => `${percentile}  ${value}${thin ? ' (thin)' : ''}`,
    prediction: (from: 'shards' | 'baseline', value: string, error: string | undefined) =>
      `${from === 'shards' ? '△' : '◇'} ${value}${error === undefined ? '' : ` (${error})`}`,
    note: (baseline: string) =>
      `● the slowest of the asked shards, measured; small dot: one shard by itself. △ the slowest of as many independent draws from the times of this variant’s own shards, ◇ from those of the node of ${baseline}; both are exact order statistics of the measured times, and the percentage is their error. △ above ● says that shards are slow together, as they are on a shared machine; ◇ below ● says what sharing the machine costs. A hollow ● rests on fewer than 10 searches beyond it.`,
    described: (items: readonly string[]) => `Slowest shard per search by variant. ${items.join('. ')}.`,
    describedItem: (variant: string, asked: number, p50: string, p99: string) =>
      `${variant}, ${asked} shards asked: p50 ${p50}, p99 ${p99}`,
    shortColumns: ['Variant', 'Percentile', 'Asked', 'One shard', 'Slowest', 'Predicted from its shards', 'Predicted from the baseline'],
    columns: [
      'Variant',
      'Percentile',
      'Asked',
      'n',
      'One shard, ms',
      'Slowest, ms',
      '△ predicted, ms',
      'error',
      '◇ predicted, ms',
      'error',
    ],
  },

  costs: {
    subtitle: 'CPU seconds per 1,000 requests by tier; below, per search and per node',
    cpuNote: 'over all valid judged windows and all kinds of request; the generator is not in it.',
    described: (items: readonly string[]) => `CPU seconds per 1,000 requests by tier. ${items.join('. ')}.`,
    describedItem: (variant: string, tiers: readonly string[]) => `${variant}: ${list(tiers)}`,
    heads: {
      'fan-out': 'Fan-out',
      'requests-per-query': 'Requests per search',
      'search-request-bytes': 'Request body',
      'search-response-bytes': 'Response body',
      'vector-resident-bytes': 'Vector nodes, memory',
      'resident-bytes': 'All, memory',
      'indexing-seconds-per-1k': 'Indexing per 1k documents',
    },
    perNode: 'Memory per vector node',
    note: (unmeasured: readonly string[]) =>
      `Bodies as the generator sent and received them${unmeasured.length === 0 ? '' : `; bytes not measured: ${list(unmeasured)}`}. Indexing runs while no load does, from the first write to the last document visible on every shard.`,
  },

  balance: {
    subtitle: 'points per shard after the fill; dotted: the mean',
    shard: 'Shard',
    points: 'Points',
    share: 'Share, %',
    ratio: (value: string) => `max ÷ mean ${value}`,
    mean: 'mean',
    figures: (ratio: string, gini: string | undefined) => `max ÷ mean ${ratio}${gini === undefined ? '' : ` · Gini ${gini}`}`,
    described: (items: readonly string[]) => `Points of each shard relative to the mean of its variant. ${items.join('. ')}.`,
    replicas: (places: readonly string[]) => `on ${list(places)}`,
    replica: (node: string, state: string) => (state === 'Active' ? node : `${node} (${state})`),
    none: 'No variant reported points per shard.',
  },

  processes: {
    subtitle: 'over all valid judged windows; memory at the end of the last one',
    process: 'Process',
    cpu: 'CPU s',
    perThousand: 'CPU s per 1k',
    memory: 'Resident',
    peak: 'Peak',
    quota: 'May use',
    quotaText: (cpus: string, memory: string) => `${cpus} core · ${memory}`,
    throttled: 'Throttled, % of periods',
    throttling:
      'Throttled: the share of the scheduling periods of 100 ms in which the container wanted to run on after its quota was spent.',
    total: 'all processes',
    range: (low: string, high: string) => `${low} to ${high}`,
    generator: (cpu: string, busy: string) =>
      `The load generator is no part of the system: ${cpu} CPU s per 1k requests, its event loop ${busy} % busy at most.`,
    none: 'No process was observed.',
    noMemory: '– marks memory that the machine would not tell.',
  },

  errors: {
    subtitle: 'valid judged repetitions, all kinds of request',
    errorClass: 'Class',
    count: 'Count',
    examples: 'Example request ids',
    none: (issued: string) => `None of ${issued} requests failed.`,
    noRequests: 'No request was issued in a valid repetition.',
  },

  checkers: {
    subtitle: 'invariants over the history of operations',
    verdict: 'Verdict',
    checker: 'Checker',
    checked: 'Checked',
    violations: 'Violations',
    why: 'Why',
    examples: 'Examples',
    none: 'No checker ran.',
  },

  claims: {
    subtitle: (confirmed: number, refuted: number, undecided: number) =>
      `${confirmed} confirmed · ${refuted} refuted · ${undecided} undecided · a refuted claim is a finding, not a failure`,
    verdict: 'Verdict',
    claim: 'Claim',
    statement: 'Statement',
    measured: 'Measured (≥ 95 % CI)',
    why: 'Why',
  },

  validity: {
    subtitle: 'can these numbers be trusted?',
    check: 'Check',
    observed: 'Observed',
    limit: 'Limit',
    verdict: 'Verdict',
    order: 'Order of the judged repetitions; variants take turns',
    invalidRun: (place: number, step: string, reasons: string) => `${place} (${step}) invalid, left out: ${reasons}`,
    noChecks: 'No validity check was recorded.',
    noRuns: 'No repetition was run.',
    noReason: 'no reason given',
    warmUp: (used: string, isBounded: boolean, method: string, pilots: readonly string[]) =>
      `Every repetition warmed up for ${used}${isBounded ? ', the most that the profile allows' : ''}, frozen after the pilots. ${method} found them steady: ${list(pilots)}.`,
    pilotSteady: (variant: string, from: string, pilot: string) => `${variant} from ${from} of ${pilot} on`,
    pilotUnsettled: (variant: string, pilot: string) => `${variant} not within ${pilot}`,
    pilotUnknown: (variant: string, samples: number) =>
      `${variant} unknown, ${samples} ${plural(samples, 'response was', 'responses were')} too few`,
    described: (total: number, invalid: number) => `${total} judged repetitions in the order in which they ran, ${invalid} of them invalid`,
  },

  provenance: {
    subtitle: 'everything needed to get these numbers again',
    commit: 'Commit',
    clean: 'clean',
    dirty: 'with uncommitted changes',
    unknownCommit: 'not known',
    unknownState: 'state not known',
    version: 'Version',
    plan: 'Plan',
    planText: (variants: number, repetitions: number, seed: number, hash: string) =>
      `${variants} ${plural(variants, 'variant', 'variants')} × ${repetitions} ${plural(repetitions, 'repetition', 'repetitions')} · seed ${seed} · configuration ${hash}`,
    corpus: 'Corpus',
    corpusText: (documents: string, dimensions: number, tenants: number, chinese: string) =>
      `${documents} documents × ${dimensions} dimensions · ${tenants} ${plural(tenants, 'tenant', 'tenants')} · ${chinese} % Chinese`,
    workload: 'Workload',
    workloadText: (load: string, mix: string, deadline: string, connections: number) =>
      `${load} · ${mix} · deadline ${deadline} · ${connections} connections`,
    openLoad: (arrivals: string, rate: string) => `open loop, ${arrivals} arrivals at ${rate}`,
    usersAsk: (users: string) => `closed loops of ${users} users`,
    openAsUsers: (arrivals: string) => `open loops, ${arrivals} arrivals as often as the users would ask`,
    rising: 'arrivals that rise until something gives out',
    windows: 'Windows',
    windowsText: (warmUp: string, steady: string) => `${warmUp} warm-up, ${steady} steady state per repetition`,
    sampled: 'the answers of one request in a hundred are judged, and all are counted',
    platform: 'Platform',
    platformText: (id: string, requested: string, why: string, engine: string | undefined) =>
      `${id} (asked for ${requested})${engine === undefined ? '' : `, ${engine}`}: ${why}`,
    images: 'Images',
    machine: 'Machine',
    machineText: (cpus: number, model: string, memory: string, system: string) =>
      `${cpus} × ${model} · ${memory} · ${system} · generator on the same machine`,
    generator: 'Generator',
    generatorText: (processes: number, isRealTime: boolean) =>
      `${processes} ${plural(processes, 'process', 'processes')} under ${isRealTime ? 'real-time scheduling: others on this machine do not keep it waiting' : 'ordinary scheduling: others on this machine keep it waiting, which is part of its lag'}`,
    runtime: 'Runtime',
    duration: 'Duration',
    durationText: (length: string, startedAt: string) => `${length}, from ${startedAt}`,
    reproduce: 'Reproduce',
    runId: 'Run',
  },

  load: {
    subtitle: 'closed: users who wait for their answer, think and ask again; open: arrivals that wait for nobody',
    users: (users: number) => `${users} users`,
    open: (rate: string) => `open, ${rate}`,
    columns: [
      'Variant',
      'Load',
      'Achieved',
      'Mean',
      'p50',
      'p95',
      'p99',
      'From the cache',
      'Mean of a miss',
      'Own time, p95',
      'In the model',
    ],
    note: 'An open twin asks as often as the users of its closed variant would if nothing queued: users ÷ (think time + unloaded response time). Where the system keeps up the two say the same; where it does not, users wait and ask less, and the open arrivals show the queue. Own time is response time less embedding and generating.',
    streams: 'How streamed answers arrived',
    streamColumns: [
      'Variant',
      'First event, p95',
      'First token, p50',
      'First token, p95',
      'Gap between tokens, p50',
      'Rate of a stream',
      'Whole answer, p95',
    ],
    headline: (setting: string, users: number, shortest: string, fast: string, longest: string, slow: string) =>
      shortest === longest && fast === slow
        ? `${capital(setting)}, ${users} users wait ${longest} for an answer on average (${slow}).`
        : `${capital(setting)}, ${users} users wait between ${shortest} (${fast}) and ${longest} (${slow}) for an answer on average.`,
    twins: (setting: string, items: readonly string[]) => `The same load open instead of closed, mean, ${setting}: ${list(items)}.`,
    twin: (variant: string, closed: string, open: string) => `${variant} ${closed} closed, ${open} open`,
  },

  overload: {
    subtitle: 'one instance and evenly more arrivals until something gives out; seconds are of the intended start',
    kind: {
      memory: 'memory',
      connections: 'connections',
      provider: 'the provider’s limit',
      cpu: 'the processor',
      'response-time': 'response time',
      none: 'nothing',
    } satisfies Record<FirstLimitKind, string>,
    sentence: (
      setting: string,
      variant: string,
      kind: string,
      at: { readonly second: string; readonly rate: string } | undefined,
      evidence: string,
    ) =>
      at === undefined
        ? `On ${variant}, ${setting}, ${kind} gave out: ${evidence}.`
        : `On ${variant}, ${setting}, ${kind} gave out first, after ${at.second} s at ${at.rate} requests/s: ${evidence}.`,
    unfit: (setting: string, variant: string, why: string | undefined) => `On ${variant}, ${setting}, nothing can be said${because(why)}.`,
    note: 'A cause counts before what callers feel of it, and of several causes the earliest. The dashed red line is the moment.',
    panel: {
      response: ['Response time', 's, per second of intended start'],
      rate: ['Rate', 'requests per second'],
      resource: ['Resource', 'what was limited, or the processors'],
    } as const,
    resource: {
      response: 'Response time',
      rate: 'Rate',
      memory: 'Heap of the query process, MiB',
      connections: 'Connections to the vector node, and requests that wait for one',
      processor: 'Cores in use',
    },
    arrived: 'arrived',
    answered: 'answered',
    failed: 'failed',
    inUse: 'in use',
    waiting: 'waiting',
    limit: 'limit',
    described: (panel: string, variant: string) => `${panel} over the ramp of ${variant}`,
    secondColumns: ['Second', 'asked for, /s', 'arrivals', 'answered', 'failed', 'refused by the provider', 'p50, ms', 'p95, ms'],
  },

  scaling: scalingStrings,

  contradictions: {
    subtitle: 'computed from the claims, with what this run measured of the same quantity',
    columns: ['What cannot both be', 'Arithmetic', 'Claims and their verdicts', 'Measured'],
  },

  replay: {
    subtitle: 'intended starts mapped back to when the requests were recorded; over all valid judged repetitions',
    recorded: (file: string) => `${file}, as recorded`,
    columns: [
      'Requests of',
      'Requests',
      'Span',
      'Mean per hour',
      'Busiest hour',
      'Peak ÷ mean',
      'CV of gaps per minute',
      'Repeated questions, %',
      'Prompt tokens, p50',
      'Answer tokens, p50',
      'From the cache, %',
      'Shared in flight, %',
      'Speed',
    ],
    note: 'A replay is faster than its recording and the model is not: what was asked again minutes after the first answer is asked here while that answer is still being made, and shares it. From the cache and shared in flight together are what a cache that forgets nothing would have spared.',
    words:
      'The recording tells which questions are equal and not their words, so each has words of its own here, and its prompt is as long as this system makes it.',
    lengths: 'The model writes as many tokens as were recorded; an answer that is kept or shared is as long as the one that it repeats.',
    scaled: (file: string, unit: 'h' | 'min', seconds: string) =>
      `${file}: ${unit === 'h' ? 'an hour' : 'a minute'} of it took ${seconds} s.`,
    panel: (unit: 'h' | 'min') =>
      ({
        arrivals: ['Arrivals', `requests per ${unit === 'h' ? 'hour' : 'minute'} of the recording`],
        spared: ['Not made afresh', '% of answers, cache and in flight'],
        p50: ['Ask response, p50', 's, from the intended start'],
        p95: ['Ask response, p95', 's, from the intended start'],
        failed: ['Errors', 'requests without an answer'],
      }) as const,
    described: (panel: string, variants: readonly string[]) => `${panel} by the clock of the recording: ${list(variants)}`,
    binColumns: (unit: 'h' | 'min') => [
      unit === 'h' ? 'Hour' : 'Minute',
      'arrivals',
      'succeeded',
      'errors',
      'from cache',
      'shared',
      'not made afresh, %',
      'p50, s',
      'p95, s',
    ],
    left: 'The tables by the hour are left out to keep this file small; result.json has them.',
  },

  table: {
    region: (title: string) => `${title}: table`,
    bar: 'as a bar',
    axis: 'all variants on one axis',
    toLimit: (title: string) => `${title}: data`,
  },

  picture: {
    title: (text: string) => `Response time by percentile. ${text}`,
    /** A picture travels without its report, so it says by itself when its run decides nothing. */
    run: (stamp: string | undefined, profile: string, runId: string, setting: string) =>
      `${stamp === undefined ? '' : `${stamp}: decides nothing · `}profile ${profile} · ${setting} · run ${runId}`,
    nothing: 'Nothing was measured: there is no curve to draw.',
  },

  markdown: {
    responseOfKind: (statistic: string) => `${statistic} response time of what each is asked`,
    overTime: 'p99 of searches over time, one mark per second',
    upTo: (ms: string) => `0 to ${ms} ms`,
    next: 'The full report is report.html beside this file; every figure comes from result.json.',
    cut: 'Cut here: the summary reached its size limit. The report has the rest.',
  },

  console: {
    claims: 'claims',
    claimCounts: (confirmed: number, refuted: number, undecided: number) =>
      `${confirmed} confirmed, ${refuted} refuted, ${undecided} undecided`,
    slo: 'SLO',
    worst: 'worst',
    observed: 'observed',
    interval: '(≥ 95 % CI)',
    margin: 'margin',
    samples: 'samples',
    variant: 'variant',
    resources: 'resources',
    servedBy: 'served by',
    p50: 'p50 ms',
    p95: 'p95 ms',
    p99: 'p99 ms',
    recall: 'recall@10',
    cpu: 'CPU s per 1k',
    shards: (n: number) => `${n} ${plural(n, 'shard', 'shards')}`,
    slowest: 'slowest',
    slowestText: (stage: string, share: string, cohort: string, variant: string, next: string | undefined) =>
      `${stage}, ${share} % of the ${cohort} cohort of ${variant}${next === undefined ? '' : `; then ${next}`}`,
    slowestNext: (stage: string, share: string) => `${stage}, ${share} %`,
    noStages: 'no stage was timed',
    next: 'next',
    exit: (code: number) => `exit ${code}`,
    checker: (id: string, violations: string, checked: string, why: string) => `checker ${id}: ${violations} of ${checked} checked, ${why}`,
    settings: (profile: string, seed: number, variants: number, repetitions: number) =>
      `${profile} · seed ${seed} · ${variants} ${plural(variants, 'variant', 'variants')} × ${repetitions} ${plural(repetitions, 'repetition', 'repetitions')}`,
    noSlo: 'no SLO was judged',
    noVariant: 'no variant was started',
    runValid: 'run valid',
    runInvalid: 'run invalid',
    exitReason: (code: ExitCode): string => exits[code],
  },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Every word that a report says. A language that lacks one of them does not compile. */
export type Strings = typeof en;
export type Language = 'en';
export const strings: Record<Language, Strings> = { en };

import type { EstimateId, EstimateTable } from './estimates.ts';
import type { BoundKind } from './groups.ts';
import type { CostMeasure } from './verdicts.ts';

const list = (items: readonly string[]): string => items.join(', ');
const plural = (n: number, one: string, many: string): string => (n === 1 ? one : many);

/** Heads of the columns with their units; what the figures mean stands in the registry of metrics. */
const estimates: Record<EstimateId, { readonly title: string; readonly unit: string }> = {
  cost: { title: 'Cost', unit: '' },
  replicaSeconds: { title: 'Paid', unit: 'replica-h' },
  overProvisionedReplicaSeconds: { title: 'Over demand', unit: 'replica-h' },
  sloViolationSeconds: { title: 'Outside goal', unit: 's' },
  violatingRequestRatio: { title: 'Requests outside', unit: '%' },
  errorRatio: { title: 'Errors', unit: '%' },
  p95Ms: { title: 'p95', unit: 'ms' },
  timeToRecoverSeconds: { title: 'Recovery', unit: 's' },
  accuracyUnder: { title: 'Missing', unit: 'replicas' },
  accuracyOver: { title: 'Too many', unit: 'replicas' },
  timeshareUnder: { title: 'Time short', unit: '%' },
  timeshareOver: { title: 'Time over', unit: '%' },
  jitterPerMinute: { title: 'Jitter', unit: '/min' },
  directionChangesPerHour: { title: 'Turns', unit: '/h' },
  instability: { title: 'Instability', unit: '%' },
};

/** A cost with what it is counted in, and its interval. */
const costs: Record<CostMeasure, (value: string, bounds: string) => string> = {
  cost: (value, bounds) => `cost ${value}${bounds}`,
  replicaHours: (value, bounds) => `${value} replica-hours${bounds}`,
  coreHours: (value, bounds) => `${value} core-hours${bounds}`,
};

/** Every word that a report says of simulated autoscaling. */
export const scalingStrings = {
  setting: 'simulated, nothing was started',
  badge: 'SIMULATED',
  banner: (sources: readonly string[]) => `Simulated: nothing was started. Service times: ${sources.join(' · ')}`,
  noSource: 'not told, because nothing was simulated',
  source: (kind: 'assumed' | 'measured', text: string, runId: string | undefined) =>
    `${kind}, ${text}${runId === undefined ? '' : ` (run ${runId})`}`,
  titled: (title: string) => `Simulated: ${title}`,
  estimates,
  cost: costs,
  costAxis: {
    cost: 'cost',
    replicaHours: 'paid replica-hours',
    coreHours: 'paid core-hours, because replicas differ in size',
  } satisfies Record<CostMeasure, string>,
  bound: { 'static-at-peak': 'static at peak', clairvoyant: 'clairvoyant' } satisfies Record<BoundKind, string>,
  goal: (percentile: number, response: string, errors: string) => `p${percentile} ≤ ${response}, errors ≤ ${errors}`,

  answer: {
    headline: (goal: string, parts: readonly string[], more: number) =>
      `Simulated: of the rules that met ${goal}, ${parts.join('; ')}${more === 0 ? '' : `; ${more} more ${plural(more, 'load', 'loads')} below`}.`,
    noRule: (goal: string, loads: readonly string[], more: number) =>
      `Simulated: no rule met ${goal} under ${loads.join(' or ')}${more === 0 ? '' : `; ${more} more ${plural(more, 'load', 'loads')} below`}.`,
    goalOf: (goal: string) => `the goal (${goal} over the whole run)`,
    oneGoal: 'the goal of their load',
    costLeast: (rule: string, loads: readonly string[]) => `${rule} cost least ${loads.join(' and ')}`,
    under: (load: string, cost: string | undefined) => `under ${load}${cost === undefined ? '' : ` at ${cost}`}`,
    same: (rules: readonly string[], cost: string | undefined, load: string) =>
      `no difference seen between the cheapest under ${load}, ${list(rules)}${cost === undefined ? '' : `, at ${cost}`}`,
    noneMet: (loads: readonly string[]) => `none did under ${loads.join(' and ')}`,
    nothing: 'Simulated: no replication ended, so no rule is compared.',
    boundsAlone: (load: string, sentence: string) => `Simulated under ${load}, without a rule. ${sentence}`,
    more: (loads: readonly string[]) => `Each of the other loads tells its answer in its section: ${list(loads)}.`,

    unstable: (loads: readonly string[]) =>
      `Unstable ${loads.join('; ')}. More was asked there than could be served: no unstable replication enters a mean.`,
    unstableUnder: (load: string, items: readonly string[]) => `under ${load} ${list(items)}`,
    unstableItem: (rule: string, unstable: number, replications: number) =>
      `${rule} in ${unstable} of ${replications} ${plural(replications, 'replication', 'replications')}`,
    alone: 'One replication gives no interval: what differs here may differ by chance.',
    cheapest: (load: string, rule: string, cost: string, met: number, rules: number, outside: string | undefined) =>
      `${load}: ${rule} cost least of the ${met} of ${rules} ${plural(rules, 'rule', 'rules')} that met the goal, ${cost}${outside === undefined ? '' : `, ${outside} s outside the goal`}.`,
    cheapestSame: (load: string, items: readonly string[], met: number, rules: number) =>
      `${load}: no difference in cost seen between the cheapest of the ${met} of ${rules} ${plural(rules, 'rule', 'rules')} that met the goal, ${list(items)}.`,
    single: (rule: string, verdict: string, goal: string | undefined, load: string, parts: readonly string[]) =>
      `${rule} ${verdict}${goal === undefined ? '' : ` (${goal} over the whole run) under ${load}`}${parts.length === 0 ? '' : `: ${list(parts)}`}`,
    singles: (parts: readonly string[], more: number) =>
      `Simulated: ${parts.join('; ')}${more === 0 ? '' : `; ${more} more ${plural(more, 'load', 'loads')} below`}.`,
    verdict: { met: 'met the goal', missed: 'missed the goal', undecided: 'leaves it undecided whether it met the goal' },
    response: (percentile: number, ms: string, bounds: string) => `p${percentile} ${ms}${bounds}`,
    errors: (share: string, bounds: string) => `errors ${share} %${bounds}`,
    outside: (seconds: string, bounds: string) => `${seconds} s${bounds} outside it`,
    missed: (load: string, rules: number, undecided: number, nearest: string | undefined) =>
      `${load}: none of the ${rules} ${plural(rules, 'rule', 'rules')} met the goal${undecided > 0 ? `, ${undecided} ${plural(undecided, 'is', 'are')} undecided` : ''}${nearest === undefined ? '' : `; nearest came ${nearest}`}.`,
    noneUnder: (load: string, nearest: string | undefined) => `${load}${nearest === undefined ? '' : ` (nearest ${nearest})`}`,
    nearest: (rule: string, share: string) => `${rule} with ${share} % of requests failed or slower than its limit`,
    bounds: (items: readonly string[]) => `Bounds: ${list(items)}.`,
    boundItem: (bound: string, cost: string) => `${bound} ${cost}`,
    flaps: (rule: string, turns: string, demand: string, jitter: string | undefined, others: readonly string[]) =>
      `${rule} flaps most: its decisions turned ${turns} times an hour, demand ${demand}${jitter === undefined ? '' : `, and it changed ${jitter} replicas a minute more than demand did`}${others.length === 0 ? '' : `; also ${list(others)}`}.`,
    calm: (rule: string, turns: string, demand: string) =>
      `Nothing flaps: the most restless, ${rule}, turned ${turns} times an hour, demand ${demand}.`,
    perhaps: (rule: string, turns: string, demand: string) =>
      `No difference seen between the turns of ${rule}, the most restless rule, and of demand: ${turns} and ${demand} an hour.`,
    found: (rule: string, path: string, message: string, others: number) =>
      `Before anything was simulated: ${rule}, ${path}: ${message}${others === 0 ? '' : ` (and ${others} more below)`}`,
  },

  first: {
    goal: 'Goal',
    replications: 'Replications',
    stable: (text: string) => `${text}, all stable`,
    unstable: (text: string, unstable: number, variants: number) =>
      `${text}; ${unstable} of ${variants} ${plural(variants, 'variant', 'variants')} unstable in some`,
    capacity: 'One replica',
    capacityText: (rates: string) => `carries ${rates}/s within the goal, so that demand is known`,
    noCapacity: 'nothing was simulated',
    loads: 'Loads',
    validity: 'Validity',
  },

  load: {
    left: 'Charts of cost, response times and stages and the decisions are left out here to keep this file small; result.json has their figures.',
    noBounds: 'no bounds of its system were simulated',
    title: (load: string) => `Simulated: replicas over time, ${load}`,
    subtitle: (span: string, shape: string) => `${shape} over ${span} of virtual time; the first replication`,
    demand: 'demand',
    ready: 'ready replicas',
    outside: 'outside the goal',
    offered: 'offered, /s',
    replicas: 'replicas',
    key: (bins: string, response: string, errors: string) => `bins of ${bins} with p95 > ${response} or errors > ${errors}`,
    described: (rule: string, load: string, most: number, peak: number) =>
      `Simulated. Replicas over time of ${rule} under ${load}: at most ${most} ready, demand at most ${peak}.`,
    none: 'No rule was simulated under this load.',
    noSteps: 'no replica was ever ready',
  },

  frontier: {
    title: (load: string) => `Simulated: what it costs and what it misses, ${load}`,
    subtitle: (measure: string, replications: string) =>
      `${measure} against seconds outside the goal, means of ${replications}, ≥ 95 % intervals`,
    yAxis: 'seconds outside the goal, log beyond 1',
    note: 'Filled: no other rule is cheaper with fewer seconds outside the goal; the staircase joins them. Grey: the bounds, which know the load beforehand.',
    described: (items: readonly string[]) => `Simulated. Cost against seconds outside the goal. ${items.join('. ')}.`,
    describedItem: (rule: string, cost: string, seconds: string) => `${rule}: ${cost}, ${seconds} s`,
    none: 'No cost was estimated, so there is no trade-off to draw.',
  },

  response: {
    title: (load: string) => `Simulated: response time by percentile, ${load}`,
    subtitle: 'successes of the first replication, counted from the intended start',
    some: (drawn: number, total: number) => `${drawn} of ${total} are drawn: those on the staircase and the bounds first.`,
  },
  stages: {
    title: (load: string) => `Simulated: where time goes, ${load}`,
    subtitle: 'mean ms per stage of the successes of the first replication; the parts add up',
  },

  table: {
    title: (load: string) => `Simulated: cost, goal and elasticity, ${load}`,
    part: { callers: 'What it costs and what callers feel', supply: 'How supply follows demand' } satisfies Record<EstimateTable, string>,
    narrow: '±0: the interval is narrower than the last digit.',
    subtitle: (replications: string) => `means of ${replications} with ≥ 95 % intervals; the bounds last`,
    rule: 'Rule',
    goal: 'Goal',
    unstable: (n: number, of: number) => `${n} of ${of} unstable`,
    verdict: { met: 'met', missed: 'missed', undecided: 'undecided' },
    head: (title: string, unit: string) => (unit === '' ? title : `${title}, ${unit}`),
    definitions: 'What the columns mean',
    demand: 'Demand: the fewest replicas that meet the goal at the load of the moment. Supply: the replicas that were ready.',
    errors: 'requests that failed, divided by all that arrived; what was in hand at the end is neither',
    p95: 'p95 of intended start to answer of successful requests',
    met: (goal: string) => `Met: ${goal} over the whole run, the whole intervals included, and no replication was unstable.`,
    replications: (n: number) => `${n} ${plural(n, 'replication', 'replications')}`,
    replicationsRange: (low: number, high: number) => `${low} to ${high} replications`,
  },

  ratios: {
    title: 'Simulated: ratios to what each variant is divided by',
    subtitle: 'replications of the same seed in pairs, ≥ 95 % interval',
    left: 'The ratios are left out to keep this file small; result.json has them.',
  },

  notHeld: (variants: number) =>
    `${variants} ${plural(variants, 'variant is', 'variants are')} not held to a goal, because what they make of it is the question: the tables by load tell it.`,

  cut: 'Where time went and what each rule decided is left out to keep this file small; result.json has it.',

  requests: {
    title: 'What became of the requests, first replication',
    columns: [
      'Rule',
      'arrived',
      'succeeded',
      'timed out',
      'refused',
      'refused by the provider',
      'lost',
      'unfinished',
      'retries',
      'retries denied',
      'cache hits',
    ],
  },

  found: {
    title: 'Found before anything was simulated',
    subtitle: 'what the static checks say of the rules, their system and their load',
    columns: ['Rule', 'Where', 'What', 'Hint'],
  },

  decisions: {
    section: (load: string) => `Simulated: what was decided and why, ${load}`,
    subtitle: 'the first replication, where what is asked for changed',
    title: (rule: string, n: number, text: string) => `${rule}: ${text} ${plural(n, 'change', 'changes')}`,
    columns: ['At', 'From', 'To', 'Reason', 'Signals'],
    more: (n: string) => `… and ${n} more in result.json`,
  },

  system: {
    title: 'Simulated: what was assumed',
    subtitle: 'per system and per variant',
    columns: ['System of', 'Service times', 'One replica', 'How its capacity was found', 'A replica starts in', 'Shards'],
    variants: (names: readonly string[], more: number) => `${list(names)}${more === 0 ? '' : ` and ${more} more`}`,
    capacity: (rate: string, shape: string) => `${rate}/s within the goal; ${shape}`,
    startText: (start: string, warm: string | undefined, slowdown: string) =>
      `${start}${warm === undefined ? '' : `, then ${warm} of warm-up at ${slowdown} × the time`}`,
    shards: (shards: number, replicas: number) => (replicas === 1 ? `${shards}` : `${shards} × ${replicas}`),
    concurrency: (requests: number, cores: number) =>
      `${requests} ${plural(requests, 'request', 'requests')} at a time, ${cores} ${plural(cores, 'core', 'cores')}`,
    variantTable: 'Every variant: its rule, seed and replications',
    variantColumns: ['Variant', 'Rule', 'Seed', 'Replications', 'Unstable', 'Starts with', 'Events of the first'],
  },

  provenance: {
    simulated: 'Simulated',
    simulatedText: (loads: readonly string[], virtual: string, events: string) =>
      `${loads.length} ${plural(loads.length, 'load', 'loads')} (${list(loads)}) · ${virtual} of virtual time and ${events} events in the first replications`,
    machineText: (cpus: number, model: string, memory: string, system: string) =>
      `${cpus} × ${model} · ${memory} · ${system} · no figure of the simulation depends on it`,
    picture: (kinds: readonly string[]) =>
      `Simulated: nothing was started. Service times: ${kinds.length === 0 ? 'not told, because nothing was simulated' : kinds.join(' and ')}`,
  },

  nav: { found: 'Found', system: 'Assumptions' },
  more: (n: string) => `… and ${n} more`,
};

import type { CacheReplayFinding } from '../../harness/contract/cache-replay.ts';
import type { Language } from '../strings.ts';

interface FindingText {
  readonly policy: string;
  readonly rival: string;
  /** Absolute, in points. */
  readonly points: string;
  readonly evidence: string;
  readonly size: string;
}

type FindingSentence = (text: FindingText) => string;

/** What each rule says where the replay bore it out, and where it did not. */
const findings: Record<CacheReplayFinding['rule'], { readonly borneOut: FindingSentence; readonly notBorneOut: FindingSentence }> = {
  probation: {
    borneOut: ({ policy, rival, points, evidence }) =>
      `${evidence} % of the keys are asked once and never again. ${policy} lets such keys go first and misses ${points} points fewer than ${rival}, the best of those that admit every key for as long as the others.`,
    notBorneOut: ({ policy, rival, points, evidence }) =>
      `${evidence} % of the keys are asked once and never again, yet letting such keys go first does not pay here: ${policy} against ${rival} makes ${points} points.`,
  },
  frequency: {
    borneOut: ({ policy, rival, points, evidence }) =>
      `Popularity is skewed (Zipf exponent ${evidence}) and stays with the same keys. ${policy} counts requests and misses ${points} points fewer than ${rival}.`,
    notBorneOut: ({ policy, rival, points, evidence }) =>
      `Popularity is skewed (Zipf exponent ${evidence}) and stays with the same keys, yet counting requests does not pay here: ${policy} against ${rival} makes ${points} points.`,
  },
  drift: {
    borneOut: ({ policy, rival, points, evidence }) =>
      `What is popular changes: ${evidence} % more of the top keys are replaced from window to window than chance would replace. ${rival} holds on to old favourites and misses ${points} points more than ${policy}.`,
    notBorneOut: ({ policy, rival, points, evidence }) =>
      `What is popular changes (${evidence} % more of the top keys are replaced from window to window than by chance), yet ${rival}, which holds on to old favourites, differs from ${policy} by ${points} points only.`,
  },
  recency: {
    borneOut: ({ points, evidence, size }) =>
      `Half of the repeats come within ${evidence} distinct keys, well inside ${size}: LRU is ${points} points above the bound, which is all that any policy could gain.`,
    notBorneOut: ({ points, evidence, size }) =>
      `Half of the repeats come within ${evidence} distinct keys, well inside ${size}, yet LRU is ${points} points above the bound: the other half decides.`,
  },
  loop: {
    borneOut: ({ policy, rival, points, evidence }) =>
      `${evidence} % of the requests return just after ${rival} has evicted their key (between one and four times the size). ${policy} keeps a part of them instead of none and misses ${points} points fewer.`,
    notBorneOut: ({ policy, rival, points, evidence }) =>
      `${evidence} % of the requests return at between one and four times the size, where ${rival} has just evicted their key, yet ${policy} gains ${points} points only.`,
  },
  'size-aware': {
    borneOut: ({ policy, rival, points, evidence }) =>
      `Sizes differ (standard deviation ${evidence} × the mean). ${policy} prefers small items and misses ${points} points fewer requests than ${rival}.`,
    notBorneOut: ({ policy, rival, points, evidence }) =>
      `Sizes differ (standard deviation ${evidence} × the mean), yet preferring small items does not pay here: ${policy} against ${rival} makes ${points} points.`,
  },
  'first-requests': {
    borneOut: ({ policy, evidence, points }) =>
      `${evidence} % of the requests ask for a key for the first time, which no policy can have. Only ${points} points of the misses of ${policy} are about the policy and the size at all.`,
    notBorneOut: ({ policy, evidence, points }) =>
      `${evidence} % of the requests ask for a key for the first time, which no policy can have; the other ${points} points of the misses of ${policy} are about the policy and the size.`,
  },
};

const en = {
  languageTag: 'en',
  product: 'rag-testbed',
  page: 'cache-replay',
  limit: {
    entries: { unit: 'entries', of: (n: string) => `${n} entries`, axis: 'cache size, entries, log scale' },
    bytes: { unit: 'bytes', of: (n: string) => n, axis: 'cache size, bytes, log scale' },
  },
  nav: {
    label: 'Sections',
    answer: 'Answer',
    curve: 'Curves',
    policies: 'Policies',
    why: 'Why',
    popularity: 'Popularity',
    reuse: 'Reuse',
    drift: 'Drift',
    'working-set': 'Working set',
    provenance: 'Provenance',
  },
  question: 'Question · Which policy should evict, and how large should the cache be?',
  headline: {
    best: (size: string, policy: string, miss: string) => `At ${size}, ${policy} misses ${miss} % of the requests`,
    alone: (policy: string, size: string, miss: string) => `${policy} with ${size} misses ${miss} % of the requests`,
    bound: (miss: string) => `; no policy could miss fewer than ${miss} %.`,
    relaxed: (miss: string) => `; the bound is ${miss} %.`,
    noBound: '.',
  },
  qualifiers: {
    lru: (policy: string, lru: string, points: string, size: string | undefined) =>
      `LRU misses ${lru} %, ${points} points more${size === undefined ? '' : `; it would need ${size} to miss as few as ${policy}`}.`,
    near: (policies: readonly string[], points: string, many: boolean) =>
      `${policies.join(', ')} ${many ? 'are' : 'is'} within ${points} points of it: nothing here decides between them.`,
    equal: (policies: readonly string[], many: boolean) => `${policies.join(', ')} ${many ? 'miss' : 'misses'} equally many.`,
    next: (policy: string, from: string, to: string, points: string) =>
      `${policy} at ${to} instead of ${from} misses ${points} points fewer.`,
    trace: (requests: string, keys: string, span: string | undefined) =>
      `${requests} requests for ${keys} keys${span === undefined ? '' : ` in ${span}`}.`,
    drawn: (keys: string, exponent: string, never: string) =>
      `The trace does not tell what was asked: its keys were drawn, Zipf ${exponent} over ${keys} keys with ${never} % that never repeat, so the ratios are those of this law and not of the users.`,
    leftOut: (sizes: readonly string[]) => `Left out, because the sample is too small for them: ${sizes.join(', ')}.`,
    simulated: 'Replayed on the trace, in virtual time: every figure is simulated, none was measured on a running system.',
  },
  facts: {
    trace: 'Trace',
    sampling: 'Replayed',
    exact: (requests: string) => `exact: all ${requests} requests`,
    sampled: (rate: string, requests: string, all: string) =>
      `sampled: ${rate} % of the keys with all their requests, ${requests} of ${all}; every figure is an estimate, intervals are 95 %`,
    lifetime: 'Lifetime',
    noLifetime: 'keys do not expire',
    lifetimeText: (expiry: string, ttl: string) => `${expiry}, ${ttl}`,
    bound: 'Bound',
    noBound: 'none was computed',
    cost: 'Cost',
    traceText: (file: string, format: string, compression: string) =>
      `${file} · ${format}${compression === 'none' ? '' : ` · ${compression}`}`,
    boundText: (title: string, miss: string) => `${title} ${miss} %`,
    costPart: (share: string, unit: string) => `${share} % of the ${unit}`,
    costText: (policy: string, parts: readonly string[]) => `${policy} misses ${parts.join(', ')}`,
    noCost: 'the trace tells neither sizes nor costs of a miss',
  },
  unit: { bytes: 'bytes', tokens: 'provider tokens', seconds: 'provider seconds', requests: 'requests' },
  curve: {
    title: 'Miss ratio by cache size',
    subtitle: 'share of requests that the cache did not have; lines join the replayed sizes, hollow marks',
    howTo: 'How to read it',
    reachNote: 'out of reach: below the bound',
    lru: 'The line of LRU is its whole curve, from the stack distances of one pass.',
    grey: (names: readonly string[]) => `In grey: ${names.join(', ')}. Their figures are in the table.`,
    interval: 'Vertical lines are 95 % intervals: what another sample of the keys might have shown.',
    compared: (size: string) => `compared at ${size}`,
    bound: 'bound',
    at: (size: string) => `at ${size}`,
    missOnly: 'miss',
    missAndBound: 'miss · above bound, pt',
    described: (parts: readonly string[]) => `Miss ratio by cache size. ${parts.join('; ')}`,
    columns: ['policy', 'size', 'miss %', '95 % from', 'to'],
    part: (policy: string, miss: string, size: string) => `${policy} ${miss} % at ${size}`,
    oneSize: 'one size makes no curve; ask for several with --sizes',
    curveTable: 'LRU curve',
    curveColumns: ['size', 'miss %', '95 % from', 'to'],
  },
  policies: {
    title: 'Every policy',
    subtitle: (size: string, unit: string) => `miss ratio in % by cache size in ${unit}, best first at ${size}`,
    margin: (size: string) => `± at ${size}, points, 95 %`,
    policy: 'policy',
    aboveBound: 'above bound, pt',
    weighted: 'Misses by what they cost',
    weightedSubtitle: (size: string) => `% of all bytes, tokens or seconds, at ${size}`,
  },
  why: {
    title: 'Why',
    subtitle: (size: string) => `lenses on the requests, each with what the replay made of it at ${size}`,
    borneOut: 'borne out',
    notBorneOut: 'not borne out',
    fact: 'measured',
    none: 'no lens is strong enough to let one expect anything',
  },
  findings,
  popularity: {
    title: 'Popularity',
    subtitle: 'requests per key by rank, both log',
    fit: (exponent: string, interval: string, population: string) =>
      `Zipf exponent ${exponent} (95 % ${interval}) over ${population} keys, seen or not.`,
    good: (distance: string, p: string) => `The law holds: largest distance ${distance}, p = ${p}.`,
    bad: (distance: string, p: string) =>
      `The law is an approximation only: largest distance ${distance}, p ${p}; do not draw conclusions from its tail.`,
    once: (observed: string, expected: string) => `${observed} % of the keys are asked once; the law would give ${expected} %.`,
    onceAlone: (observed: string, requests: string) => `${observed} % of the keys are asked once; they make ${requests} % of the requests.`,
    none: 'Too few keys or requests to fit a law.',
    observed: 'observed',
    fitted: 'fitted',
    axis: 'rank',
    yAxis: 'requests',
    described: (text: string) => `Requests per key by rank. ${text}`,
    columns: ['rank', 'requests', 'fitted'],
  },
  reuse: {
    title: 'Reuse distance',
    subtitle: 'distinct keys between two requests for one key; % of all requests',
    first: 'first',
    axis: 'distinct keys, up to',
    median: (median: string) => `Half of the repeats come within ${median} distinct keys.`,
    noRepeat: 'No key is asked twice: no cache can help.',
    within: (parts: readonly string[]) => `Of the repeats come ${parts.join(', ')}.`,
    withinPart: (share: string, span: string) => `${share} % within ${span}`,
    firstText: (share: string) => `${share} % of the requests are the first for their key.`,
    described: (text: string) => `Share of requests by reuse distance. ${text}`,
    columns: ['up to', '% of requests'],
  },
  drift: {
    title: 'Drift',
    subtitle: (windows: string, requests: string) => `${windows} windows of ${requests} requests, each against the one before`,
    none: 'Too few requests to compare windows.',
    columns: ['from window to window', 'observed', 'shuffled'],
    top: (n: string) => `of the ${n} most asked keys stay, %`,
    workingSet: 'of the distinct keys were asked before, %',
    rank: 'mean change of rank of those that stay',
    note: 'Shuffled is the same trace in random order: what chance alone changes from window to window.',
  },
  workingSet: {
    title: 'Working set',
    subtitle: 'distinct keys in each of equal windows, and from the beginning',
    window: 'per window',
    cumulative: 'from the beginning',
    axis: 'share of the trace, %',
    described: (last: string) => `Distinct keys over the trace; ${last} in all.`,
    columns: ['% of the trace', 'per window', 'from the beginning'],
  },
  provenance: {
    title: 'Provenance',
    subtitle: 'everything that is needed to get these numbers again',
    commit: 'Commit',
    unknownCommit: 'not known',
    dirty: 'with local changes',
    clean: 'clean',
    unknownState: 'state not known',
    run: 'Run',
    configuration: 'configuration',
    machine: 'Machine',
    runtime: 'Runtime',
    duration: 'Duration',
    seed: 'Seed',
    policies: 'Policies',
    reproduce: 'Reproduce',
  },
  tableOf: (title: string) => `Table: ${title}`,
  figuresBehind: (title: string) => `Figures: ${title}`,
};

export type CacheReplayStrings = typeof en;
export const cacheReplayStrings: Record<Language, CacheReplayStrings> = { en };

import type { Interval } from '../contract/common.ts';
import type { ResultVariant } from '../contract/result.ts';
import { carriedRates } from './carried-rate.ts';
import { boundOf, type Findings, type Judge, type Judgement, short, undecided } from './judge.ts';

type Percentile = 'p50' | 'p95' | 'p99';

/** The rate for which the source promises its response times. */
const wantedPerSecond = 1000;
const leastRecall = 0.95;
/** Requests that must lie beyond a percentile before it is more than an anecdote. */
const leastTail = 30;
const beyond: Record<Percentile, number> = { p50: 0.5, p95: 0.05, p99: 0.01 };

interface Observed {
  readonly value: number;
  readonly interval: Interval;
  readonly ratePerSecond: number;
}

type Finding = { readonly variant: string; readonly verdict: Judgement['verdict']; readonly why: string; readonly observed?: Observed };

/** Windows from which an interval over repetitions exists at 95 %. */
const leastRepetitions = 6;

/** Response time at the highest carried rate up to the wanted one that was repeated often enough for an interval. */
function observe(variant: ResultVariant, percentile: Percentile): Observed | string {
  const rates = carriedRates(variant, wantedPerSecond);
  const repeated = rates.findLast(({ runs }) => runs.length >= leastRepetitions);
  const measured = variant.metrics[`search-response-${percentile}`];
  if (rates.length === 0) {
    return 'carried no rate in a valid window';
  }
  if (repeated === undefined || measured?.interval === undefined) {
    const most = Math.max(...rates.map(({ runs }) => runs.length));
    return `has ${most} valid ${most === 1 ? 'window' : 'windows'} at one carried rate, an interval over repetitions takes ${leastRepetitions}`;
  }
  const tail = Math.floor(measured.sampleCount * beyond[percentile]);
  return tail < leastTail
    ? `has ${tail} searches beyond its ${percentile} at ${repeated.ratePerSecond}/s, ${leastTail} are needed`
    : { value: measured.value, interval: measured.interval, ratePerSecond: repeated.ratePerSecond };
}

/** A single window at a higher carried rate that is certainly above the limit: it decides nothing, but it forbids to confirm. */
function contradiction(variant: ResultVariant, percentile: Percentile, limitMs: number, { ratePerSecond }: Observed): string | undefined {
  const higher = carriedRates(variant, wantedPerSecond).filter((each) => each.ratePerSecond > ratePerSecond);
  const above = higher.find(({ runs }) =>
    runs.some(({ searchResponseMs }) => (searchResponseMs?.intervals?.[percentile].low ?? 0) > limitMs),
  );
  return above === undefined ? undefined : `a single window at ${above.ratePerSecond}/s lies above`;
}

function judgeVariant(variant: ResultVariant, percentile: Percentile, limitMs: number): Finding {
  const observed = observe(variant, percentile);
  if (typeof observed === 'string') {
    return { variant: variant.id, verdict: 'undecided', why: observed };
  }
  const { interval, value, ratePerSecond } = observed;
  const recall = variant.metrics['recall-at-10']?.value;
  const text = `${short(value)} ms (${short(interval.low)}–${short(interval.high)}) at ${ratePerSecond}/s`;
  if (interval.low > limitMs) {
    return { variant: variant.id, verdict: 'refuted', why: text, observed };
  }
  if (recall === undefined || recall < leastRecall) {
    const why = recall === undefined ? 'recall not measured' : `recall@10 ${short(recall)}, below ${leastRecall}`;
    return { variant: variant.id, verdict: 'undecided', why: `${text}, but ${why}`, observed };
  }
  const against = contradiction(variant, percentile, limitMs, observed);
  if (interval.high < limitMs && against !== undefined) {
    return { variant: variant.id, verdict: 'undecided', why: `${text}, but ${against}`, observed };
  }
  return { variant: variant.id, verdict: interval.high < limitMs ? 'confirmed' : 'undecided', why: text, observed };
}

/** Every variant has to agree: a target that one placement meets and another misses is answered by the list of them. */
function combined(findings: readonly Finding[], percentile: Percentile, limitMs: number): Judgement {
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  const [only] = verdicts;
  const slowest = findings.flatMap(({ observed }) => observed ?? []).toSorted((a, b) => b.value - a.value)[0];
  const measured = slowest === undefined ? undefined : { value: slowest.value, unit: 'ms', interval: slowest.interval };
  // Variants that share a reason share its sentence.
  const reasons = Map.groupBy(findings, ({ verdict, why }) => `${verdict} ${why}`);
  const list = [...reasons.values()]
    .map((same) => {
      const names = same.map(({ variant }) => variant).join(', ');
      const [first] = same;
      return `${verdicts.size > 1 ? `${first?.verdict}: ` : ''}${names} ${same.length > 1 && first?.observed === undefined ? 'each ' : ''}${first?.why}`;
    })
    .join('; ');
  return {
    verdict: verdicts.size === 1 && only !== undefined ? only : 'undecided',
    ...(measured === undefined ? {} : { measured }),
    why: `${percentile} of whole searches from their intended start, gateway and embedding included, against ${limitMs} ms, at ${wantedPerSecond}/s or the highest carried rate below it that was repeated; the slowest variant is the figure: ${list}.${verdicts.size > 1 ? ' The variants do not agree.' : ''}`,
  };
}

function latency(percentile: Percentile): Judge {
  return (claim, { variants }) => {
    const limitMs = boundOf(claim);
    return variants.length === 0
      ? undecided('no variant was measured')
      : combined(
          variants.map((variant) => judgeVariant(variant, percentile, limitMs)),
          percentile,
          limitMs,
        );
  };
}

/**
 * The recommender searches with stored vectors, which this system's routes do not offer. A whole search that embeds its
 * text is the slower one, so its upper bound may confirm; only the time of the vector nodes themselves may refute.
 */
function recommender(claim: Parameters<Judge>[0], findings: Findings): Judgement {
  const limitMs = boundOf(claim);
  const whole = latency('p99')(claim, findings);
  const caches = 'Caches were off; a run with the caches on was not made.';
  if (whole.verdict === 'confirmed') {
    return { ...whole, why: `Even with the embedding of its text a search stays below the limit. ${whole.why} ${caches}` };
  }
  const nodes = findings.variants.map((variant) => ({ id: variant.id, measured: variant.metrics['slowest-shard-p99'] }));
  const known = nodes.flatMap(({ id, measured }) =>
    measured?.interval === undefined || measured.sampleCount * beyond.p99 < leastTail
      ? []
      : [{ id, ...measured, interval: measured.interval }],
  );
  const slowest = known.toSorted((a, b) => b.value - a.value)[0];
  const measured = slowest === undefined ? whole.measured : { value: slowest.value, unit: 'ms', interval: slowest.interval };
  if (known.length > 0 && known.length === nodes.length && known.every(({ interval }) => interval.low > limitMs)) {
    return {
      verdict: 'refuted',
      ...(measured === undefined ? {} : { measured }),
      why: `The vector nodes alone, without embedding, take longer at the judged rate in every variant: ${known.map(({ id, value }) => `${id} ${short(value)} ms`).join('; ')}. ${caches}`,
    };
  }
  const list = known.map(({ id, value, interval }) => `${id} ${short(value)} ms (${short(interval.low)}–${short(interval.high)})`);
  return undecided(
    `No search with stored vectors exists here, and a whole search, which embeds its text, does not stay below ${limitMs} ms in every variant. p99 of the slowest vector node of a search: ${list.length === 0 ? `not known from ${leastTail} searches beyond it` : list.join('; ')}. ${caches}`,
    measured,
  );
}

export const productionP50: Judge = latency('p50');
export const productionP95: Judge = latency('p95');
export const productionP99: Judge = latency('p99');
export const productionRecommenderP99: Judge = recommender;

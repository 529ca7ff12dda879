import type { RandomStream } from '../../../system/policies/random-stream.ts';
import type { Interval } from '../../contract/common.ts';
import { type CountHistogram, countHistogram } from './count-histogram.ts';
import { harmonicOf, type RankBlock, rankBlocks, sumOfLogRanks } from './zipf-law.ts';

const exponentRange = [0, 4] as const;
const bootstraps = 199;
const confidence = 0.95;
/** Rounds in which the law is moved until samples of it look like what was observed; it settles within six. */
const matchingRounds = 12;
const drawsPerRound = 10;
/** A law over more keys than this times the seen ones is not told apart from one over even more. */
const mostUnseen = 1000;
/** Below these a fit would say nothing. */
const leastKeys = 20;
const leastRequests = 200;

export interface ZipfFit {
  readonly exponent: number;
  readonly interval: Interval;
  /** Keys of the fitted law, seen or not, sampled or not. */
  readonly population: number;
  /** Largest difference between the cumulative shares of requests by rank, observed against fitted. */
  readonly kolmogorovSmirnov: number;
  /** Share of samples of the fitted law that look no more like a Zipf law. Below 0.05 the popularity is none. */
  readonly pValue: number;
  readonly bootstraps: number;
  /** Share of the seen keys that the fitted law would have asked once. */
  readonly expectedOnceShare: number;
  /** Share of all requests of the whole trace that goes to a rank, from 1. */
  readonly probability: (rank: number) => number;
}

/** The maximum of a function with one peak, by golden section. */
function peakOf(value: (x: number) => number, [from, to]: readonly [number, number]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [value(left), value(right)];
  while (high - low > 1e-5) {
    if (atLeft > atRight) {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - golden * (high - low);
      atLeft = value(left);
    } else {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + golden * (high - low);
      atRight = value(right);
    }
  }
  return (low + high) / 2;
}

interface Statistic {
  readonly exponent: number;
  readonly kolmogorovSmirnov: number;
}

/** Maximum likelihood over the seen keys by descending count: maximises −s·Σ nᵣ ln r − N ln H(s). */
function likeliest({ runs, keys, requests }: CountHistogram): Statistic {
  let weighted = 0;
  let rank = 0;
  for (const run of runs) {
    weighted += run.requests * sumOfLogRanks(rank, rank + run.keys);
    rank += run.keys;
  }
  const exponent = peakOf((s) => -s * weighted - requests * Math.log(harmonicOf(s)(keys)), exponentRange);
  const harmonic = harmonicOf(exponent);
  const total = harmonic(keys);
  let largest = 0;
  let observed = 0;
  let run = 0;
  let before = 0;
  for (const { rank: at } of rankBlocks(keys)) {
    for (let current = runs[run]; current !== undefined && before + current.keys <= at; current = runs[run]) {
      observed += current.keys * current.requests;
      before += current.keys;
      run += 1;
    }
    const within = (at - before) * (runs[run]?.requests ?? 0);
    largest = Math.max(largest, Math.abs((observed + within) / requests - harmonic(at) / total));
  }
  return { exponent, kolmogorovSmirnov: largest };
}

/** Keys of a sample that its exponent rests on: those in the upper part of the counts, where chance moves each count least. */
const upperShare = 0.3;

/** The smallest count in the upper part; at least 2, because of those asked once most are not seen at all. */
function upperCount({ runs, keys }: CountHistogram): number {
  let above = 0;
  for (const run of runs) {
    above += run.keys;
    if (above >= upperShare * keys) {
      return Math.max(2, run.requests);
    }
  }
  return 2;
}

/**
 * The exponent from the spread of the counts from `least` on (Hill, Annals of Statistics 1975): every key weighs alike, so
 * that it does not hang on which of the few hottest keys are in a sample, as maximum likelihood over ranks does.
 */
function hillExponent({ runs }: CountHistogram, least: number): number {
  let keys = 0;
  let sum = 0;
  for (const run of runs) {
    if (run.requests >= least) {
      keys += run.keys;
      sum += run.keys * Math.log(run.requests / (least - 0.5));
    }
  }
  return keys === 0 ? 0 : sum / keys;
}

/** A Poisson number; the normal approximation above 50 is off by less than the sample could show. */
function poisson(mean: number, random: RandomStream): number {
  if (mean > 50) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  }
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random.positive(); product > floor; product *= random.positive()) {
    count += 1;
  }
  return count;
}

interface Law {
  readonly exponent: number;
  readonly population: number;
}

/** The trace behind a histogram: of a sample of the keys, more than the histogram holds. */
export interface Origin {
  /** Share of the keys that are in the histogram; 1 is all. */
  readonly sampleRate: number;
  /** Requests of the whole trace. */
  readonly requests: number;
}

/** Each block of ranks with the requests that one of its keys gets on average. */
function meansOf({ exponent, population }: Law, requests: number): (RankBlock & { readonly mean: number })[] {
  const harmonic = harmonicOf(exponent);
  const total = harmonic(population);
  return rankBlocks(population).map(({ rank, width }) => ({
    rank,
    width,
    mean: (requests * (harmonic(rank + width - 1) - harmonic(rank - 1))) / total / width,
  }));
}

/** Counts of the sampled keys of a trace under the law, without drawing every request. */
function sampleOf(law: Law, { requests, sampleRate }: Origin, random: RandomStream): CountHistogram {
  const keysByCount = new Map<number, number>();
  const add = (count: number, keys: number) => keysByCount.set(count, (keysByCount.get(count) ?? 0) + keys);
  for (const { width, mean } of meansOf(law, requests)) {
    if (width <= 8 || mean > 50) {
      for (let key = 0; key < width; key += 1) {
        // Whether one of the hottest keys is in the sample moves the exponent more than anything else.
        if (sampleRate === 1 || random.uniform() < sampleRate) {
          add(poisson(mean, random), 1);
        }
      }
    } else {
      // Of many keys alike, the number asked c times is itself nearly Poisson.
      let share = sampleRate * Math.exp(-mean) * mean;
      for (let count = 1; share * width > 1e-4 || count <= mean; count += 1) {
        add(count, poisson(share * width, random));
        share *= mean / (count + 1);
      }
    }
  }
  return countHistogram(keysByCount);
}

/** The number of keys of a law of this exponent of which the trace would show as many as it did. */
function populationFor(exponent: number, sampledKeys: number, { requests, sampleRate }: Origin): number {
  const keys = Math.max(1, Math.round(sampledKeys / sampleRate));
  const seen = (population: number) =>
    meansOf({ exponent, population }, requests).reduce((sum, { width, mean }) => sum - width * Math.expm1(-mean), 0);
  let [low, high] = [keys, keys * mostUnseen];
  if (seen(low) >= keys * 0.999) {
    return low;
  }
  if (seen(high) <= keys) {
    return high;
  }
  while (high - low > Math.max(1, low * 1e-3)) {
    const middle = Math.round(Math.sqrt(low * high));
    [low, high] = seen(middle) < keys ? [middle, high] : [low, middle];
  }
  return high;
}

/**
 * Fits Zipf's law (a request goes to rank r with probability ∝ r^−exponent) to how often each key was asked. Maximum
 * likelihood takes the seen keys in the order of their own counts and knows nothing of the unseen ones, which moves the
 * exponent by up to a tenth; so the law is moved until samples of it give the observed likelihood estimate and number of
 * keys (indirect inference: Gouriéroux, Monfort, Renault, Journal of Applied Econometrics 1993). Interval and goodness of
 * fit come from a parametric bootstrap (Clauset, Shalizi, Newman, "Power-law distributions in empirical data", SIAM Review
 * 2009), which also draws the sample of the keys where `observed` is one; of a sample
 * the exponent rests on the spread of the counts instead. Undefined below 20 keys or 200 requests.
 */
export function fitZipf(
  observed: CountHistogram,
  random: RandomStream,
  origin: Origin = { sampleRate: 1, requests: observed.requests },
): ZipfFit | undefined {
  const { keys, requests } = observed;
  if (keys < leastKeys || requests < leastRequests) {
    return undefined;
  }
  const least = upperCount(observed);
  const statisticOf = (histogram: CountHistogram): Statistic => {
    const ranked = likeliest(histogram);
    return origin.sampleRate === 1 ? ranked : { ...ranked, exponent: hillExponent(histogram, least) };
  };
  const statistic = statisticOf(observed);
  let exponent = statistic.exponent;
  for (let round = 0; round < matchingRounds; round += 1) {
    const law = { exponent, population: populationFor(exponent, keys, origin) };
    let sum = 0;
    for (let draw = 0; draw < drawsPerRound; draw += 1) {
      const sample = sampleOf(law, origin, random);
      sum += origin.sampleRate === 1 ? likeliest(sample).exponent : hillExponent(sample, least);
    }
    exponent = Math.min(exponentRange[1], Math.max(exponentRange[0], exponent + statistic.exponent - sum / drawsPerRound));
  }
  const law = { exponent, population: populationFor(exponent, keys, origin) };
  const samples = Array.from({ length: bootstraps }, () => statisticOf(sampleOf(law, origin, random)));
  const exponents = samples.map((sample) => sample.exponent).toSorted((a, b) => a - b);
  const mean = exponents.reduce((sum, each) => sum + each, 0) / exponents.length;
  const deviation = (share: number) => (exponents[Math.round(share * (exponents.length - 1))] ?? mean) - mean;
  const worse = samples.filter((sample) => sample.kolmogorovSmirnov >= statistic.kolmogorovSmirnov).length;
  const means = meansOf(law, origin.requests);
  const once = means.reduce((sum, block) => sum + block.width * block.mean * Math.exp(-block.mean), 0);
  const seen = means.reduce((sum, block) => sum - block.width * Math.expm1(-block.mean), 0);
  const total = harmonicOf(exponent)(law.population);
  return {
    exponent,
    interval: {
      low: Math.max(0, exponent - deviation((1 + confidence) / 2)),
      high: exponent - deviation((1 - confidence) / 2),
      confidence,
    },
    population: law.population,
    kolmogorovSmirnov: statistic.kolmogorovSmirnov,
    pValue: (worse + 1) / (bootstraps + 1),
    bootstraps,
    expectedOnceShare: once / seen,
    probability: (rank) => rank ** -exponent / total,
  };
}

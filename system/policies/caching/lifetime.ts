import type { RandomStream } from '../random-stream.ts';

/** How long entries live. Pure: the clock belongs to whoever asks. */
export interface Lifetime<Key> {
  /** What an entry's age counts from: a write, or the last write or hit. */
  readonly ageCountsFrom: 'write' | 'access';
  /** Age in milliseconds at which the entry has expired, after so many hits since it was written. */
  lifetimeMs(key: Key, hits: number): number;
  /** Drawn at each write: what that entry's lifetime is multiplied by. */
  factor(): number;
}

const unchanged = () => 1;

function checkedLifetime(lifetimeMs: number): number {
  if (!(lifetimeMs > 0)) {
    throw new RangeError(`a lifetime must be above 0 ms, got ${lifetimeMs}`);
  }
  return lifetimeMs;
}

/** Every entry lives equally long from its write, however often it is asked for. Throws a RangeError unless above 0. */
export function fixedLifetime<Key>(lifetimeMs: number): Lifetime<Key> {
  checkedLifetime(lifetimeMs);
  return { ageCountsFrom: 'write', lifetimeMs: () => lifetimeMs, factor: unchanged };
}

/** Every hit begins the lifetime anew: what is asked for often enough never expires. Throws a RangeError unless above 0. */
export function slidingLifetime<Key>(lifetimeMs: number): Lifetime<Key> {
  return { ...fixedLifetime<Key>(lifetimeMs), ageCountsFrom: 'access' };
}

export interface LifetimeTier {
  /** Hits since the write from which the tier applies. */
  readonly fromHits: number;
  readonly lifetimeMs: number;
}

/**
 * What is asked for often lives longer from its write: the last tier counts whose hits an entry has reached. Throws a
 * RangeError unless the tiers begin with 0 hits and ascend.
 */
export function tieredLifetime<Key>(tiers: readonly LifetimeTier[]): Lifetime<Key> {
  const ascends = tiers.every(({ fromHits }, index) => index === 0 || fromHits > (tiers[index - 1] as LifetimeTier).fromHits);
  if (tiers[0]?.fromHits !== 0 || !ascends) {
    throw new RangeError(`tiers must begin with 0 hits and ascend, got ${tiers.map(({ fromHits }) => fromHits).join(', ') || 'none'}`);
  }
  for (const { lifetimeMs } of tiers) {
    checkedLifetime(lifetimeMs);
  }
  return {
    ageCountsFrom: 'write',
    lifetimeMs: (_key, hits) => (tiers.findLast(({ fromHits }) => hits >= fromHits) as LifetimeTier).lifetimeMs,
    factor: unchanged,
  };
}

/** What the adaptive rule knows of a question. */
export interface QuestionTraits {
  readonly kind: 'factual' | 'analytical' | 'other';
  /** 0 to 1. */
  readonly popularity: number;
  readonly isEnterprise: boolean;
}

export interface Placement {
  /** L1 in the process, L2 beside it, L3 on disk. */
  readonly level: 'L1' | 'L2' | 'L3';
  readonly lifetimeMs: number;
}

/** Popularity above which a factual question is kept closest and longest. */
const popularFrom = 0.8;

/** Where an answer is kept and for how long: popular facts close and long, analyses of enterprises next, the rest briefly. */
export function adaptivePlacement({ kind, popularity, isEnterprise }: QuestionTraits): Placement {
  if (kind === 'factual' && popularity > popularFrom) {
    return { level: 'L1', lifetimeMs: 7_200_000 };
  }
  if (kind === 'analytical' && isEnterprise) {
    return { level: 'L2', lifetimeMs: 1_800_000 };
  }
  return { level: 'L3', lifetimeMs: 600_000 };
}

/** The lifetime of `adaptivePlacement`, from the write; `traitsOf` is asked at every look-up, so that popularity may change. */
export function adaptiveLifetime<Key>(traitsOf: (key: Key) => QuestionTraits): Lifetime<Key> {
  return { ageCountsFrom: 'write', lifetimeMs: (key) => adaptivePlacement(traitsOf(key)).lifetimeMs, factor: unchanged };
}

/**
 * Spreads the lifetimes evenly by up to `share` of them to either side, so that what was written together does not expire
 * together. Throws a RangeError unless `share` is from 0 to below 1.
 */
export function jitteredLifetime<Key>(lifetime: Lifetime<Key>, share: number, random: RandomStream): Lifetime<Key> {
  if (!(share >= 0 && share < 1)) {
    throw new RangeError(`the share of jitter must be from 0 to below 1, got ${share}`);
  }
  return { ...lifetime, factor: () => lifetime.factor() * (1 + share * (2 * random.uniform() - 1)) };
}

import { fixedLifetime, jitteredLifetime, type Lifetime, slidingLifetime, tieredLifetime } from '../../system/policies/caching/lifetime.ts';
import type { RandomStream } from '../../system/policies/random-stream.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import type { ReplayLifetime } from '../run/cache-replay/options.ts';

const jitterShare = 0.1;

interface Tier {
  readonly fromHits: number;
  readonly lifetimeMs: number;
}

/** What each rule makes of the tiers that `--ttl` names; all but `tiered` take one. */
const expiries: Record<
  string,
  { readonly stretch: number; create(tiers: readonly Tier[], ttlMs: number, random: RandomStream): Lifetime<number> }
> = {
  fixed: { stretch: 1, create: (_tiers, ttlMs) => fixedLifetime(ttlMs) },
  sliding: { stretch: 1, create: (_tiers, ttlMs) => slidingLifetime(ttlMs) },
  jittered: { stretch: 1 + jitterShare, create: (_tiers, ttlMs, random) => jitteredLifetime(fixedLifetime(ttlMs), jitterShare, random) },
  tiered: { stretch: 1, create: (tiers) => tieredLifetime(tiers) },
};
/** The adaptive rule is missing: it asks for the kind of each question, which no trace tells. */
export const expiryIds = Object.keys(expiries);

function invalid(message: string, hint: string): Failure {
  return new Failure('configuration', 'invalid_lifetime', message, { hint });
}

function tiersIn(ttl: string): Tier[] {
  return ttl.split(',').map((text) => {
    const [, hits = '0', seconds = ''] = /^(?:(\d+):)?(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
    const lifetimeMs = Number(seconds) * 1000;
    if (!(lifetimeMs > 0)) {
      throw invalid(
        `lifetime "${text}" is no number of seconds above 0`,
        'such as 300, or by hits since the write for --expiry tiered: 60,3:600',
      );
    }
    return { fromHits: Number(hits), lifetimeMs };
  });
}

/**
 * The lifetime that `--ttl` (seconds) and `--expiry` name; none without `--ttl`. Throws `Failure` `invalid_lifetime` or
 * `unknown_expiry` (78).
 */
export function lifetimeNamed(ttl: string | undefined, expiry: string | undefined): ReplayLifetime | undefined {
  const rule = expiries[expiry ?? 'fixed'];
  if (rule === undefined) {
    const suggestion = nearest(expiry ?? '', expiryIds);
    throw new Failure('configuration', 'unknown_expiry', `unknown expiry "${expiry}"`, {
      hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${expiryIds.join(', ')}`,
    });
  }
  if (ttl === undefined) {
    if (expiry !== undefined) {
      throw invalid(`--expiry ${expiry} without a lifetime`, 'name it in seconds, such as --ttl 300');
    }
    return undefined;
  }
  const tiers = tiersIn(ttl);
  const [first] = tiers;
  const ascends = tiers.every(({ fromHits }, place) => (place === 0 ? fromHits === 0 : fromHits > (tiers[place - 1]?.fromHits ?? 0)));
  if (expiry === 'tiered' ? !ascends : tiers.length > 1 || first?.fromHits !== 0) {
    throw invalid(
      `lifetime "${ttl}" does not fit --expiry ${expiry ?? 'fixed'}`,
      'tiered takes ascending numbers of hits from 0, as in 60,3:600; every other rule takes one number of seconds',
    );
  }
  const longestMs = Math.max(...tiers.map(({ lifetimeMs }) => lifetimeMs));
  return {
    expiry: expiry ?? 'fixed',
    ttl,
    longestSeconds: (longestMs * rule.stretch) / 1000,
    create: (random) => rule.create(tiers, first?.lifetimeMs ?? longestMs, random),
  };
}

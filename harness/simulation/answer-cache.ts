import { cachePolicies } from '../../system/policies/caching/index.ts';
import { fixedLifetime } from '../../system/policies/caching/lifetime.ts';
import type { CachePolicy, PolicyId } from '../../system/policies/caching/policy.ts';
import { withLifetime } from '../../system/policies/caching/with-lifetime.ts';
import { randomStream } from '../../system/policies/random-stream.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';

/** The answer cache as a request meets it. What is drawn for a request is a key, or a uniform number, see `Work`. */
export interface AnswerCache {
  find(drawn: number): boolean;
  /** The answer to a question that was not found has been made. */
  keep(drawn: number): void;
}

function policyOf(id: string) {
  if (!Object.hasOwn(cachePolicies, id)) {
    const known = Object.keys(cachePolicies);
    const meant = nearest(id, known);
    throw new Failure('configuration', 'unknown_cache_policy', `there is no cache policy "${id}"`, {
      hint: meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`,
    });
  }
  return cachePolicies[id as PolicyId];
}

/** The cache that the settings ask for. Throws a `Failure` (`unknown_cache_policy`) for a policy that the live system does not have. */
export function answerCache(settings: NonNullable<SimulatedSystem['answerCache']>, seed: number, nowMs: () => number): AnswerCache {
  const { content } = settings;
  if (content.model === 'hit-ratio') {
    return { find: (drawn) => drawn < content.hitRatio, keep: () => undefined };
  }
  const policy = policyOf(content.policy);
  const parts = { limits: { maximumEntries: content.maximumEntries }, random: randomStream(seed, 'simulation:cache-policy') };
  const kept: CachePolicy<number> =
    content.ttlSeconds === undefined
      ? policy.create<number>(parts)
      : withLifetime<number>(policy, parts, fixedLifetime(content.ttlSeconds * 1000), nowMs);
  return {
    find: (drawn) => kept.get(drawn),
    keep(drawn) {
      kept.set(drawn, 1);
    },
  };
}

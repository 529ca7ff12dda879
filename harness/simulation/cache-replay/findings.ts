import type { CacheReplay, CacheReplayFinding, CacheReplayPolicy } from '../../contract/cache-replay.ts';
import { sizeVariationOf } from './footprint.ts';
import { differenceInterval } from './ratios.ts';

export type Replayed = Pick<CacheReplay, 'policies' | 'bounds' | 'lenses' | 'limit' | 'comparedSize'> & {
  readonly sizeBytes: Float64Array | undefined;
  /** Of each policy at the compared size, by subsample; empty where the replay is exact. */
  readonly subsamples: Readonly<Record<string, readonly number[]>>;
};

/** Differences below half a point are nobody's reason to choose, even where they are exact. */
const leastDifference = 0.005;
/** From these on a lens is strong enough to let one expect something. */
const strong = {
  onceRequestShare: 0.1,
  drift: 0.3,
  steadyDrift: 0.15,
  exponent: 0.6,
  loopShare: 0.25,
  sizeVariation: 0.5,
  nearTheBound: 0.05,
};

/** Take in every key they are asked for at the place that is evicted last. */
const admitAtOnce = ['lru', 'fifo', 'clock'];
/** Let a key that is not asked again go before the others. */
const onProbation = ['slru', '2q', 's3-fifo', 'sieve', 'arc', 'lirs', 'w-tinylfu'];
const countRequests = ['lfu', 'w-tinylfu'];

interface Ranked {
  readonly id: string;
  readonly missRatio: number;
  readonly subsamples: readonly number[];
}

function rankedAt({ policies, comparedSize, subsamples }: Replayed): Ranked[] {
  return policies
    .flatMap((policy: CacheReplayPolicy) => {
      const point = policy.points.find(({ size }) => size === comparedSize);
      return point === undefined
        ? []
        : [
            {
              id: policy.id,
              missRatio: point.missRatio,
              subsamples: subsamples[policy.id] ?? [],
            },
          ];
    })
    .toSorted((a, b) => a.missRatio - b.missRatio);
}

interface Comparison {
  readonly rule: CacheReplayFinding['rule'];
  readonly policy: Ranked | undefined;
  readonly rival: Ranked | undefined;
  readonly evidence: number;
}

/** Present where both policies were replayed; agrees when the first is better by more than what cannot be told apart. */
function compared({ rule, policy, rival, evidence }: Comparison): CacheReplayFinding[] {
  if (policy === undefined || rival === undefined) {
    return [];
  }
  const difference = rival.missRatio - policy.missRatio;
  const doubt = policy.subsamples.length === 0 ? difference : differenceInterval(difference, rival.subsamples, policy.subsamples).low;
  const agrees = difference >= leastDifference && doubt > 0;
  return [{ rule, agrees, policy: policy.id, rival: rival.id, difference, evidence }];
}

/**
 * What the lenses let one expect of the policies at the compared size, and whether the replay bore it out. A rule whose
 * lens is weak says nothing; one whose expectation failed says so.
 */
export function findingsOf(replayed: Replayed): CacheReplayFinding[] {
  const { lenses, bounds, comparedSize, limit } = replayed;
  const sizeVariation = sizeVariationOf(replayed.sizeBytes);
  const ranked = rankedAt(replayed);
  const bestOf = (ids: readonly string[]) => ranked.find(({ id }) => ids.includes(id));
  const [best] = ranked;
  const lru = bestOf(['lru']);
  const bound = bounds[0]?.points.find(({ size }) => size === comparedSize);
  const found: CacheReplayFinding[] = [];
  const { once, reuse, drift, popularity } = lenses;
  if (once.requestShare >= strong.onceRequestShare) {
    found.push(...compared({ rule: 'probation', policy: bestOf(onProbation), rival: bestOf(admitAtOnce), evidence: once.keyShare }));
  }
  if (drift !== undefined && drift.shuffled.topKept > 0) {
    const turnover = Math.max(0, 1 - drift.observed.topKept / drift.shuffled.topKept);
    if (turnover >= strong.drift) {
      found.push(...compared({ rule: 'drift', policy: best, rival: bestOf(['lfu']), evidence: turnover }));
    } else if (turnover <= strong.steadyDrift && popularity !== undefined && popularity.exponent >= strong.exponent) {
      found.push(
        ...compared({ rule: 'frequency', policy: bestOf(countRequests), rival: bestOf(admitAtOnce), evidence: popularity.exponent }),
      );
    }
  }
  if (limit === 'entries') {
    const loopShare = reuse.buckets
      .filter(({ upTo }) => upTo > comparedSize && upTo <= 4 * comparedSize)
      .reduce((sum, { share }) => sum + share, 0);
    if (loopShare >= strong.loopShare && best?.id !== 'lru') {
      found.push(...compared({ rule: 'loop', policy: best, rival: lru, evidence: loopShare }));
    }
    if (lru !== undefined && bound !== undefined && reuse.medianDistance !== undefined && reuse.medianDistance <= comparedSize / 2) {
      const difference = lru.missRatio - bound.missRatio;
      found.push({
        rule: 'recency',
        agrees: difference <= strong.nearTheBound,
        policy: 'lru',
        difference,
        evidence: reuse.medianDistance,
      });
    }
  } else if (sizeVariation >= strong.sizeVariation) {
    const others = ranked.filter(({ id }) => id !== 'gdsf')[0];
    found.push(...compared({ rule: 'size-aware', policy: bestOf(['gdsf']), rival: others, evidence: sizeVariation }));
  }
  if (best !== undefined) {
    found.push({
      rule: 'first-requests',
      agrees: reuse.firstShare >= best.missRatio / 2,
      policy: best.id,
      difference: best.missRatio - reuse.firstShare,
      evidence: reuse.firstShare,
    });
  }
  return found;
}

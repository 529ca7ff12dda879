import type { CacheReplay, CacheReplayPoint, CacheReplayPolicy } from '../../harness/contract/cache-replay.ts';
import { count, joined, memory, percent, range, significant } from '../numbers.ts';
import type { CacheReplayStrings } from './strings.ts';

/** A size with its unit, exact by entries: `300 entries`, `64.0 MiB`. */
export function sizeText({ limit }: Pick<CacheReplay, 'limit'>, size: number, s: CacheReplayStrings): string {
  return s.limit[limit].of(limit === 'entries' ? count(size) : joined(memory(size)));
}

/** The same as the head of a column, where the unit stands once. */
export function sizeHead({ limit }: Pick<CacheReplay, 'limit'>, size: number): string {
  return limit === 'entries' ? count(size) : joined(memory(size));
}

export function pointAt({ points }: { readonly points: readonly CacheReplayPoint[] }, size: number): CacheReplayPoint | undefined {
  return points.find((point) => point.size === size);
}

/** Absolute difference of two shares, in points. */
export function pointsText(difference: number): string {
  return significant(Math.abs(difference) * 100);
}

/** `42.5` or, of a sample, `42.5 (41.8–43.2)`, per cent. */
export function missText({ missRatio, interval }: Pick<CacheReplayPoint, 'missRatio' | 'interval'>): string {
  return `${percent(missRatio)}${interval === undefined ? '' : ` (${range(percent(interval.low), percent(interval.high))})`}`;
}

/** Policies with a point at the compared size, best first; equal ones as they were asked for. */
export function rankedPolicies({ policies, comparedSize }: CacheReplay): { policy: CacheReplayPolicy; point: CacheReplayPoint }[] {
  return policies
    .flatMap((policy) => {
      const point = pointAt(policy, comparedSize);
      return point === undefined ? [] : [{ policy, point }];
    })
    .toSorted((a, b) => a.point.missRatio - b.point.missRatio);
}

export function titleOf({ policies }: Pick<CacheReplay, 'policies'>, id: string): string {
  return policies.find((policy) => policy.id === id)?.title ?? id;
}

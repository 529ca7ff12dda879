import type { Result } from '../harness/contract/result.ts';
import { interval, joined, range, significant } from './numbers.ts';
import { inUnit } from './validity-text.ts';

type JudgedClaim = Result['claims'][number];

const order: Record<JudgedClaim['verdict'], number> = { refuted: 0, confirmed: 1, undecided: 2 };

/** What was decided first; refuted before confirmed, because a refuted claim is what a reader did not expect. */
export function claimsInOrder({ claims }: Pick<Result, 'claims'>): JudgedClaim[] {
  return claims.toSorted((a, b) => order[a.verdict] - order[b.verdict]);
}

/** How many are confirmed, refuted and undecided. */
export function claimCounts({ claims }: Pick<Result, 'claims'>): [confirmed: number, refuted: number, undecided: number] {
  const of = (verdict: JudgedClaim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length;
  return [of('confirmed'), of('refuted'), of('undecided')];
}

/** Value and interval apart, so that a renderer can set the value in bold. A claim carries its own unit. */
export function claimParts({ value, unit, interval: bounds }: NonNullable<JudgedClaim['measured']>): {
  readonly value: string;
  readonly bounds: string;
} {
  if (unit === 'ms') {
    return { value: inUnit(value, unit), bounds: bounds === undefined ? '' : ` (${interval('search-response-mean', value, bounds)})` };
  }
  const shown = unit === 'ratio' ? joined({ text: significant(value), unit: '×' }) : inUnit(value, unit);
  return { value: shown, bounds: bounds === undefined ? '' : ` (${range(significant(bounds.low), significant(bounds.high))})` };
}

export function claimFigure(measured: NonNullable<JudgedClaim['measured']>): string {
  const { value, bounds } = claimParts(measured);
  return `${value}${bounds}`;
}

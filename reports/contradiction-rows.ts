import type { Result } from '../harness/contract/result.ts';
import { absent, significant } from './numbers.ts';
import type { Strings } from './strings.ts';

interface ContradictionRow {
  readonly statement: string;
  readonly arithmetic: string;
  /** The claims that exclude one another, with what this run says of each. */
  readonly claims: readonly { readonly id: string; readonly verdict: string }[];
  readonly measured: string;
}

/** What the source says against itself, with what this run measured beside it. */
export function contradictionRows({ contradictions = [], claims }: Result, s: Strings): ContradictionRow[] {
  const verdicts = new Map(claims.map(({ id, verdict }) => [id, s.claim[verdict]]));
  return contradictions.map(({ statement, arithmetic, claims: ids, measured }) => ({
    statement,
    arithmetic,
    claims: ids.map((id) => ({ id, verdict: verdicts.get(id) ?? absent })),
    measured:
      measured.length === 0 ? absent : measured.map(({ variant, value, unit }) => `${variant} ${significant(value)} ${unit}`).join(', '),
  }));
}

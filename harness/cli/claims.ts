import { judges } from '../claims/index.ts';
import type { Claim } from '../contract/claim.ts';

export interface ListedClaim extends Claim {
  /** Is there a scenario of that name in this version? */
  readonly scenarioExists: boolean;
  readonly judged: boolean;
}

export interface ClaimsFilter {
  /** Only the claims of this scenario; all where absent. */
  readonly scenario: string | undefined;
  readonly existing: readonly string[];
}

/** Every claim with the scenario that judges it, in the order of the registry. */
export function listedClaims(claims: readonly Claim[], { scenario, existing }: ClaimsFilter): ListedClaim[] {
  const known = new Set(existing);
  return claims
    .filter((claim) => scenario === undefined || claim.scenario === scenario)
    .map((claim) => ({ ...claim, scenarioExists: known.has(claim.scenario), judged: Object.hasOwn(judges, claim.id) }));
}

const comparatorSigns: Record<NonNullable<Claim['comparator']>, string> = {
  lt: '<',
  le: '≤',
  eq: '=',
  ge: '≥',
  gt: '>',
  range: 'within',
  ratio: '×',
};

function boundText({ comparator, value, unit }: Claim): string {
  if (comparator === undefined || value === undefined) {
    return '';
  }
  const number = typeof value === 'number' ? String(value) : value.join('–');
  const shown =
    comparator === 'ratio' ? `${number} × ${unit?.replace(/^times (?:the )?/, '')}` : `${comparatorSigns[comparator]} ${number} ${unit}`;
  return `; ${shown}`;
}

/** By scenario, those that exist first: what each claim says, its bound, and whether it is judged here. */
export function claimsText(listed: readonly ListedClaim[]): string {
  const width = Math.max(0, ...listed.map(({ id }) => id.length));
  const groups = [...Map.groupBy(listed, ({ scenario }) => scenario)].toSorted(
    ([, [left]], [, [right]]) => Number(right?.scenarioExists) - Number(left?.scenarioExists),
  );
  const blocks = groups.map(([scenario, claims]) =>
    [
      `${scenario}: ${claims.length} ${claims.length === 1 ? 'claim' : 'claims'}, ${claims[0]?.scenarioExists === true ? 'judged by every run' : 'this scenario does not exist here yet'}`,
      ...claims.map(
        (claim) => `  ${claim.id.padEnd(width)}  ${claim.kind.padEnd(7)}  ${claim.statement.trim()} (${claim.sli}${boundText(claim)})`,
      ),
    ].join('\n'),
  );
  const judged = listed.filter((claim) => claim.judged).length;
  return `${[...blocks, `${listed.length} claims in all, ${judged} judged by scenarios of this version, ${listed.length - judged} not yet.`].join('\n\n')}\n`;
}

/** `claims --json`: one document. */
export function claimsJson(listed: readonly ListedClaim[]): string {
  return `${JSON.stringify({ claims: listed }, null, 2)}\n`;
}

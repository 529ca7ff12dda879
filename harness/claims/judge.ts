import type { Claim, JudgedClaim } from '../contract/claim.ts';
import type { ResourceRule } from '../contract/common.ts';
import type { Result, ResultVariant } from '../contract/result.ts';

/** What a run found, before its claims are judged. */
export type Findings = Omit<Result, 'claims'>;

export type Judgement = Pick<JudgedClaim, 'verdict' | 'measured' | 'why'>;

/**
 * Judges one claim by the findings of a run that is whole and valid. Pure: the same findings give the same verdict. The
 * setting (engine, platform, rule) is added by `judgeClaims`, so that no judge can forget it.
 */
export type Judge = (claim: Claim, findings: Findings) => Judgement & { readonly rule?: ResourceRule };

export const undecided = (why: string, measured?: Judgement['measured']): Judgement => ({
  verdict: 'undecided',
  ...(measured === undefined ? {} : { measured }),
  why,
});

/** The bound of a claim. Throws where the registry has none: the judge was written for one. */
export function boundOf({ id, value }: Claim): number {
  if (typeof value !== 'number') {
    throw new TypeError(`claim ${id} has no single value to judge by`);
  }
  return value;
}

const ruleWords: Record<ResourceRule, string> = { 'equal-total': 'equal total resources', 'equal-per-node': 'equal resources per node' };

/** The vector engines that served, each once, with what they are not. */
function enginesOf({ components, variants }: Findings): string {
  const names = components
    .filter(({ tier }) => tier === 'vector')
    .map(
      ({ engine, version, embedded, standIn }) =>
        `${engine} ${version}${embedded ? ', which is not Qdrant and decides nothing about it' : ''}${standIn === true ? ', from a stand-in image' : ''}`,
    );
  const known = names.length > 0 ? names : variants.flatMap(({ engines }) => engines.vector ?? []);
  return known.length > 0 ? [...new Set(known)].join('; ') : 'a vector engine that was not reported';
}

/** Whence the times of simulated variants come, each source once. */
function simulatedSources(variants: Findings['variants']): string {
  const sources = variants.flatMap(({ simulated }) => (simulated === undefined ? [] : [simulated.variant.system.source]));
  return [...new Set(sources.map(({ kind, text }) => `service times ${kind}: ${text}`))].join('; ');
}

/** Where a verdict holds: engine, platform, machine and resource rule. */
export function settingOf(findings: Findings, rule: ResourceRule): string {
  const { platform, provenance, variants } = findings;
  if (platform.id === 'simulated') {
    return `a simulation in virtual time (${platform.engine ?? 'discrete events'}), in which nothing was measured; ${simulatedSources(variants)}.`;
  }
  const enforced = variants.some(({ processes }) => processes.some(({ quota }) => quota !== undefined));
  return `${enginesOf(findings)}; platform ${platform.id} on one machine with ${provenance.cpuCount} × ${provenance.cpuModel}; ${ruleWords[rule]}${enforced ? '' : ', no quota enforced'}; providers simulated.`;
}

/** Why a run decides no claim at all; undefined where it may. */
export function indecisive({ status, partialReason, validity, verdict }: Findings): string | undefined {
  if (status === 'partial') {
    return `the run was cut short${partialReason === undefined ? '' : ` (${partialReason})`}, and a partial run decides nothing`;
  }
  if (validity.verdict === 'invalid') {
    return `the run is invalid and decides nothing: ${validity.reasons[0] ?? 'no reason given'}`;
  }
  return verdict === 'no-data' ? 'nothing was measured' : undefined;
}

/** Variants placed by this strategy over this many shards; those of the larger corpus first. */
export function placedBy({ variants }: Findings, sharding: string, shards?: number): ResultVariant[] {
  return variants
    .filter(({ topology: { vector } }) => vector.sharding === sharding && (shards === undefined || vector.shards === shards))
    .toSorted((a, b) => documentsOf(b) - documentsOf(a));
}

/** Documents that the variant was filled with; points of its shards where the result is older than that figure. */
export function documentsOf({ costs, shards }: ResultVariant): number {
  return costs?.documents ?? shards.reduce((sum, { points }) => sum + points, 0);
}

/** Why a variant has no result, in the words of the run where it left it out. */
export function notRun({ leftOut = [] }: Findings, what: string, ids: (id: string) => boolean): string {
  const left = leftOut.find(({ variant }) => ids(variant));
  return left === undefined ? `${what} was not run` : `${what} was not run: ${left.variant} was left out, because ${left.why}`;
}

/** How documents are found; results that do not say so were written before there was a choice. */
const retrievalOf = ({ topology }: ResultVariant) => topology.retrieval ?? 'dense';

/** The one node with the same documents and the same retrieval; the baseline where it is one. */
export function singleNodeFor({ variants, baseline }: Findings, sharded: ResultVariant): ResultVariant | undefined {
  const alike = variants.filter(
    (each) =>
      each.topology.vector.shards === 1 &&
      retrievalOf(each) === retrievalOf(sharded) &&
      // A few documents may have been added or removed since the fill; costs know the fill itself.
      (each.costs?.documents ?? 0) === (sharded.costs?.documents ?? 0),
  );
  return alike.find(({ id }) => id === baseline) ?? alike[0];
}

/** Three digits for a sentence. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'more than was asked for';
}

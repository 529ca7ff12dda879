import type { ResourceRule } from '../contract/common.ts';
import type { ResultVariant } from '../contract/result.ts';
import { type Bracket, bracketOf } from './carried-rate.ts';
import { documentsOf, type Findings } from './judge.ts';

/** The numbers of shards that the claims ask for. */
export const wantedCounts = [1, 2, 3, 4, 6, 8] as const;

/** The placement whose shard number is varied; one shard holds the same documents whatever the strategy. */
const varied = 'hash';

export interface CountedRate {
  readonly shards: number;
  readonly variant: string;
  /** Between these rates the limits of the ladder break. */
  readonly bracket: Bracket;
}

function ratesOf(variants: readonly ResultVariant[]): CountedRate[] {
  return variants
    .flatMap((variant) => {
      const bracket = bracketOf(variant, ({ passed }) => passed === true);
      return bracket === undefined ? [] : [{ shards: variant.topology.vector.shards, variant: variant.id, bracket }];
    })
    .toSorted((a, b) => a.shards - b.shards);
}

/** Rates within the SLO by number of shards, for each corpus size under one resource rule; larger sizes last. */
export function ratesBySize(
  { variants, baseline }: Findings,
  rule: ResourceRule,
): { readonly documents: number; readonly rates: CountedRate[] }[] {
  const retrieval = variants.find(({ id }) => id === baseline)?.topology.retrieval;
  const comparable = variants.filter(
    ({ topology: { vector, retrieval: own, rerank }, resourceRule }) =>
      vector.sharding === varied &&
      own === retrieval &&
      rerank !== true &&
      // One node is the same under either rule.
      (resourceRule === rule || vector.shards === 1),
  );
  return [...Map.groupBy(comparable, documentsOf)]
    .map(([documents, ofSize]) => ({ documents, rates: ratesOf(ofSize) }))
    .toSorted((a, b) => a.documents - b.documents);
}

/** The wanted numbers of shards that have no valid rate. */
export function missingCounts(rates: readonly CountedRate[]): number[] {
  const present = new Set(rates.map(({ shards }) => shards));
  return wantedCounts.filter((shards) => !present.has(shards));
}

/** Numbers of shards that may be the best: their upper end reaches the highest lower end. */
export function possiblyBest(rates: readonly CountedRate[]): number[] {
  const floor = Math.max(...rates.map(({ bracket }) => bracket.low));
  return rates.filter(({ bracket }) => bracket.high > floor || bracket.low === floor).map(({ shards }) => shards);
}

export function listed(rates: readonly CountedRate[]): string {
  return rates
    .map(({ shards, bracket: { low, high } }) => `${shards}: ${low}/s${Number.isFinite(high) ? ` to below ${high}/s` : ' or more'}`)
    .join(', ');
}

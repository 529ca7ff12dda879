import type { PayloadPath } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import type { GeoArea } from './geo.ts';

export type MatchValue = string | number | bigint | boolean;

/** A comparison of the values under one key; absent bounds do not bound. Datetimes are microseconds since 1970. */
export interface Range<Bound extends number | bigint> {
  readonly gt?: Bound;
  readonly gte?: Bound;
  readonly lt?: Bound;
  readonly lte?: Bound;
}

export type FieldTest =
  | { readonly kind: 'matchAny'; readonly values: ReadonlySet<MatchValue> }
  | { readonly kind: 'matchExcept'; readonly values: ReadonlySet<MatchValue> }
  | { readonly kind: 'matchText'; readonly mode: 'text' | 'text_any' | 'phrase'; readonly text: string }
  | { readonly kind: 'range'; readonly range: Range<number | bigint> }
  | { readonly kind: 'datetimeRange'; readonly range: Range<number> }
  | { readonly kind: 'geo'; readonly area: GeoArea }
  | { readonly kind: 'valuesCount'; readonly range: Range<number | bigint> }
  | { readonly kind: 'isEmpty' | 'isNull'; readonly expected: boolean };

export type Condition =
  /** Tests of one key are joined by *or*; with none it matches nothing. */
  | { readonly kind: 'field'; readonly path: PayloadPath; readonly tests: readonly FieldTest[] }
  | { readonly kind: 'isEmpty' | 'isNull'; readonly path: PayloadPath }
  | { readonly kind: 'hasId'; readonly ids: ReadonlySet<PointId> }
  | { readonly kind: 'hasVector'; readonly vectorName: string }
  | { readonly kind: 'nested'; readonly path: PayloadPath; readonly filter: Filter }
  | { readonly kind: 'filter'; readonly filter: Filter };

export interface Filter {
  readonly must: readonly Condition[];
  readonly should: readonly Condition[];
  readonly mustNot: readonly Condition[];
  readonly minShould?: { readonly conditions: readonly Condition[]; readonly minCount: number };
}

import type { Collection } from '../collection.ts';
import { wrongInput } from '../errors.ts';
import { elementsAt } from '../points/payload-path.ts';
import type { FacetRequest } from '../wire/read-request.ts';
import { passingRows } from './ordered.ts';

type FacetValue = string | number | bigint | boolean;

/** Types whose index answers equality, and which values of a payload each has. */
const readers: Readonly<Record<string, (value: unknown) => value is FacetValue>> = {
  keyword: (value) => typeof value === 'string',
  uuid: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  integer: (value): value is FacetValue => typeof value === 'bigint' || Number.isInteger(value),
};

/** How many points have each value of a key, the most frequent first. */
export function facetOf({ segment, declaredIndexes }: Collection, { key, filter, limit }: FacetRequest) {
  const index = declaredIndexes.get(key.text);
  const isValue = index === undefined ? undefined : readers[index.type];
  if (isValue === undefined) {
    throw wrongInput(
      `No appropriate index for faceting: \`${key.text}\`. Please create one to facet on this field. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions`,
    );
  }
  const counts = new Map<FacetValue, number>();
  for (const row of passingRows(segment, filter)) {
    for (const value of new Set(elementsAt(segment.payloadOf(row), key).filter(isValue))) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
    .slice(0, limit);
}

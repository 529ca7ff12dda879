import { randomInt } from 'node:crypto';
import { wrongInput } from '../errors.ts';
import { parseDatetimeUs } from '../filter/datetime.ts';
import type { Filter } from '../filter/filter.ts';
import { numberOf } from '../json/integral-float.ts';
import { elementsAt } from '../points/payload-path.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import { rowsWhere } from '../segment/nearest.ts';
import type { OrderBy } from '../wire/order-by.ts';
import type { Hit } from './hit.ts';

type OrderValue = number | bigint;
type ValueReader = (value: unknown) => OrderValue | undefined;

/** The values of a key that its index has, by the type of the index; only these types have an order. */
const readers: Readonly<Record<string, ValueReader>> = {
  integer: (value) =>
    typeof value === 'number' && !Number.isInteger(value) ? undefined : typeof value === 'object' ? undefined : numberOf(value),
  float: numberOf,
  datetime: (value) => (typeof value === 'string' ? parseDatetimeUs(value) : undefined),
};

/** An index as the collection declares it. */
interface DeclaredIndex {
  readonly type: string;
  readonly params: unknown;
}

function readerOf({ path }: OrderBy, index: DeclaredIndex | undefined): ValueReader {
  const isWithoutRange = (index?.params as { range?: unknown } | undefined)?.range === false;
  const reader = index === undefined || isWithoutRange ? undefined : readers[index.type];
  if (reader === undefined) {
    throw wrongInput(
      `No range index for \`order_by\` key: \`${path.text}\`. Please create one to use \`order_by\`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions`,
    );
  }
  return reader;
}

/** Rows that pass a filter, or all. */
export function passingRows(segment: FlatSegment, filter: Filter | undefined): Iterable<number> {
  return filter === undefined ? segment.liveRows() : rowsWhere(segment, filter);
}

/** Points by the value of a payload key; a point with several values is there with each of them. */
export function orderedHits(
  segment: FlatSegment,
  order: OrderBy,
  index: DeclaredIndex | undefined,
  filter: Filter | undefined,
  limit: number,
): Hit[] {
  const read = readerOf(order, index);
  const { startFrom, isDescending } = order;
  const isIn = (value: OrderValue) => startFrom === undefined || (isDescending ? value <= startFrom : value >= startFrom);
  const found: { row: number; value: OrderValue }[] = [];
  for (const row of passingRows(segment, filter)) {
    for (const element of elementsAt(segment.payloadOf(row), order.path)) {
      const value = read(element);
      if (value !== undefined && isIn(value)) {
        found.push({ row, value });
      }
    }
  }
  const direction = isDescending ? -1 : 1;
  found.sort((left, right) => (left.value < right.value ? -direction : left.value > right.value ? direction : left.row - right.row));
  return found.slice(0, limit).map(({ row, value }) => ({ row, score: 1, version: 0, orderValue: value }));
}

/** Points chosen at random, each at most once. */
export function sampledHits(segment: FlatSegment, filter: Filter | undefined, limit: number): Hit[] {
  const rows = [...passingRows(segment, filter)];
  const count = Math.min(limit, rows.length);
  for (let index = 0; index < count; index += 1) {
    const other = randomInt(index, rows.length);
    [rows[index], rows[other]] = [rows[other] as number, rows[index] as number];
  }
  return rows.slice(0, count).map((row) => ({ row, score: 1, version: 0 }));
}

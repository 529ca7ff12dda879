import { elementsAt, type PayloadPath } from '../points/payload-path.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { Hit } from './hit.ts';

export interface Group {
  /** A text or an integer. */
  readonly id: string | number | bigint;
  readonly hits: Hit[];
}

const isGroupId = (value: unknown): value is Group['id'] =>
  typeof value === 'string' || typeof value === 'bigint' || Number.isInteger(value);

/** The greatest number of hits that are looked through for the first time, per wanted hit. */
const firstFactor = 4;
const growth = 4;

function collect(segment: FlatSegment, hits: readonly Hit[], path: PayloadPath, groupSize: number): Group[] {
  const groups = new Map<Group['id'], Group>();
  for (const hit of hits) {
    for (const id of new Set(elementsAt(segment.payloadOf(hit.row), path).filter(isGroupId))) {
      const group = groups.get(id) ?? { id, hits: [] };
      groups.set(id, group);
      if (group.hits.length < groupSize) {
        group.hits.push(hit);
      }
    }
  }
  return [...groups.values()];
}

/**
 * The best groups by their best hit, each with its best hits. Looks through ever more hits until the groups are full or there are no
 * more, so that no group is short while there are hits for it.
 */
export function groupedHits(
  segment: FlatSegment,
  search: (limit: number) => Hit[],
  path: PayloadPath,
  { groupSize, groupLimit }: { groupSize: number; groupLimit: number },
): Group[] {
  for (let limit = groupSize * groupLimit * firstFactor; ; limit *= growth) {
    const hits = search(limit);
    const groups = collect(segment, hits, path, groupSize).slice(0, groupLimit);
    const isFull = groups.length === groupLimit && groups.every((group) => group.hits.length === groupSize);
    if (isFull || hits.length < limit) {
      return groups;
    }
  }
}

import { labelsOf, type PointPayload, pointIdOf } from '../api/point.ts';
import type { Change } from './change.ts';
import { type TenuresOf, tenuresUpTo } from './placement/tenure.ts';

/** A change that must reach its shard. */
export interface PlacedChange {
  readonly shard: number;
  readonly pointId: string;
  readonly change: Change;
}

/** A point that must leave a shard because its document lives elsewhere, or nowhere any more. */
export interface Departure {
  readonly shard: number;
  readonly pointId: string;
  /** Where it must have arrived before; null when it was deleted. */
  readonly newShard: number | null;
}

export interface DueChanges {
  readonly placed: readonly PlacedChange[];
  readonly departures: readonly Departure[];
}

/**
 * Throws unless the changes continue the log right after `after`. A gap would mean that a change became visible later
 * than one with a higher number, and going on would lose it for good.
 */
export function assertConsecutive(changes: readonly Change[], after: number): void {
  for (const [index, { sequence }] of changes.entries()) {
    const expected = after + index + 1;
    if (sequence !== expected) {
      throw new Error(`the change log continues with ${sequence} where ${expected} was expected`);
    }
  }
}

/** The longest prefix whose content has at most `limitBytes` as UTF-8, but always at least one change. */
export function withinBytes(changes: readonly Change[], limitBytes: number): readonly Change[] {
  let total = 0;
  for (const [index, { content }] of changes.entries()) {
    total += Buffer.byteLength(content ?? '');
    if (total > limitBytes && index > 0) {
      return changes.slice(0, index);
    }
  }
  return changes;
}

/**
 * What is left to do of consecutive changes: of each document only the last one, and of these only what its shard has
 * not applied. A shard that is ahead is left alone, because an older change would take it back. Shards that a document
 * left within these changes let go of it.
 */
export function changesToApply(changes: readonly Change[], tenuresOf: TenuresOf, applied: readonly number[]): DueChanges {
  // When these changes are applied every shard is at least here, whatever was known of it when they were read.
  const before = (changes[0]?.sequence ?? 1) - 1;
  const appliedOn = (shard: number) => Math.max(before, applied[shard] ?? 0);
  const last = new Map<string, Change>();
  for (const change of changes) {
    last.set(pointIdOf(change), change);
  }
  const placed: PlacedChange[] = [];
  const departures: Departure[] = [];
  for (const [pointId, change] of last) {
    const tenures = tenuresUpTo(tenuresOf(pointId), change.sequence);
    const home = tenures.at(-1)?.shard ?? null;
    if (home === null && change.kind === 'put') {
      throw new Error(`change ${change.sequence} puts a document that has no place; the location table was changed by something else`);
    }
    if (home !== null && change.sequence > appliedOn(home)) {
      placed.push({ shard: home, pointId, change });
    }
    const left = new Set<number>();
    for (const [position, { shard }] of tenures.entries()) {
      const ended = tenures[position + 1]?.fromSequence;
      if (shard !== null && shard !== home && ended !== undefined && ended > appliedOn(shard)) {
        left.add(shard);
      }
    }
    departures.push(...[...left].map((shard) => ({ shard, pointId, newShard: home })));
  }
  return { placed, departures };
}

export function payloadOf(change: Change & { kind: 'put' }): PointPayload {
  const { tenant, knowledge_base, doc_id, content, metadata, sequence } = change;
  const labels = labelsOf(metadata);
  return { tenant, knowledge_base, doc_id, content, metadata, document_version: sequence, ...(labels.length > 0 ? { labels } : {}) };
}

/** Cuts a list into runs whose sizes add up to at most `limit`, one item alone where it is larger; keeps the order. */
export function runsWithin<T>(items: readonly T[], sizeOf: (item: T) => number, limit: number): T[][] {
  const runs: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const run = runs.at(-1);
    if (run === undefined || size > room) {
      runs.push([item]);
      room = limit - size;
    } else {
      run.push(item);
      room -= size;
    }
  }
  return runs;
}

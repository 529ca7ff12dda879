import type { z } from 'zod';
import { type DocumentKey, labelsOf, type PointPayload, pointIdOf } from '../api/point.ts';
import type { metadataSchema } from '../api/search.ts';
import type { ShardingPolicy } from '../policies/sharding/policy.ts';

interface ChangeBase extends DocumentKey {
  readonly sequence: number;
}

/** A row of the change log. */
export type Change =
  | (ChangeBase & { readonly kind: 'put'; readonly content: string; readonly metadata: z.infer<typeof metadataSchema> })
  | (ChangeBase & { readonly kind: 'delete'; readonly content: null; readonly metadata: null });

/** A change that must reach its shard. */
export interface PlacedChange {
  readonly shard: number;
  readonly pointId: string;
  readonly change: Change;
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
 * not applied. A shard that is ahead is left alone, because an older change would take it back.
 */
export function changesToApply(changes: readonly Change[], policy: ShardingPolicy, applied: readonly number[]): PlacedChange[] {
  const last = new Map<string, PlacedChange>();
  for (const change of changes) {
    const pointId = pointIdOf(change);
    const shard = policy.shardOf(pointId);
    if (change.sequence > (applied[shard] ?? 0)) {
      last.set(pointId, { shard, pointId, change });
    }
  }
  return [...last.values()];
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

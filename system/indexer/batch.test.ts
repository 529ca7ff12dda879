import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pointIdOf } from '../api/point.ts';
import { shardingPolicy } from '../policies/sharding/index.ts';
import type { ComputedSharding } from '../policies/sharding/policy.ts';
import { assertConsecutive, changesToApply, payloadOf, runsWithin, withinBytes } from './batch.ts';
import type { Change } from './change.ts';
import type { TenuresOf } from './placement/tenure.ts';

const changeList = fc
  .array(fc.record({ doc: fc.integer({ min: 0, max: 6 }), kind: fc.constantFrom('put' as const, 'delete' as const), text: fc.string() }), {
    maxLength: 40,
  })
  .map((drawn) =>
    drawn.map(({ doc, kind, text }, index): Change => {
      const base = { sequence: index + 1, tenant: 'acme', knowledge_base: 'default', doc_id: `doc-${doc}` };
      return kind === 'put' ? { ...base, kind, content: text, metadata: {} } : { ...base, kind, content: null, metadata: null };
    }),
  );

/** Places that follow from the ids. */
const tenuresOf =
  (policy: ComputedSharding): TenuresOf =>
  (pointId) => [{ fromSequence: 0, shard: policy.shardOf(pointId) }];

/** What a shard holds after changes were applied one by one: content by point, the meaning that batches must keep. */
function replay(state: Map<string, string>, changes: readonly Change[]): Map<string, string> {
  const next = new Map(state);
  for (const change of changes) {
    if (change.kind === 'put') {
      next.set(pointIdOf(change), change.content);
    } else {
      next.delete(pointIdOf(change));
    }
  }
  return next;
}

describe('changesToApply', () => {
  test('in batches of any size, every shard ends where one change after the other would have ended it', () => {
    fc.assert(
      fc.property(changeList, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 50 }), (changes, shards, size) => {
        const policy = shardingPolicy('hash', shards);
        let state = new Map<string, string>();
        const applied = Array.from({ length: shards }, () => 0);
        for (let start = 0; start < changes.length; start += size) {
          const batch = changes.slice(start, start + size);
          state = replay(
            state,
            changesToApply(batch, tenuresOf(policy), applied).placed.map(({ change }) => change),
          );
          applied.fill(batch.at(-1)?.sequence ?? 0);
        }
        expect(state).toEqual(replay(new Map(), changes));
      }),
    );
  });

  test('a shard that is ahead is never taken back, and no document is there twice', () => {
    fc.assert(
      fc.property(changeList, fc.integer({ min: 0, max: 40 }), (changes, ahead) => {
        const policy = shardingPolicy('hash', 2);
        const { placed } = changesToApply(changes, tenuresOf(policy), [ahead, 0]);
        expect(placed.filter(({ shard, change }) => shard === 0 && change.sequence <= ahead)).toEqual([]);
        expect(new Set(placed.map(({ pointId }) => pointId)).size).toBe(placed.length);
      }),
    );
  });
});

test('a gap or a repetition in the log is an error', () => {
  const at = (sequence: number): Change => ({
    sequence,
    tenant: 'acme',
    knowledge_base: 'default',
    doc_id: 'a',
    kind: 'delete',
    content: null,
    metadata: null,
  });
  expect(() => assertConsecutive([at(4), at(5)], 3)).not.toThrow();
  expect(() => assertConsecutive([at(5)], 3)).toThrow(/5 where 4/);
  expect(() => assertConsecutive([at(4), at(6)], 3)).toThrow(/6 where 5/);
  expect(() => assertConsecutive([at(4), at(4)], 3)).toThrow(/4 where 5/);
});

test('withinBytes keeps the longest prefix that fits, and always one change', () => {
  fc.assert(
    fc.property(changeList, fc.integer({ min: 0, max: 60 }), (changes, limit) => {
      const kept = withinBytes(changes, limit);
      const bytes = (some: readonly Change[]) => some.reduce((sum, { content }) => sum + Buffer.byteLength(content ?? ''), 0);
      expect(kept).toEqual(changes.slice(0, kept.length));
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(1, changes.length));
      expect(kept.length <= 1 || bytes(kept) <= limit).toBe(true);
      expect(kept.length === changes.length || bytes(changes.slice(0, kept.length + 1)) > limit).toBe(true);
    }),
  );
});

test('runsWithin keeps order and loses nothing; a run is over the limit only when it is one item', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 0, max: 30 }), (sizes, limit) => {
      const runs = runsWithin(sizes, (size) => size, limit);
      expect(runs.flat()).toEqual(sizes);
      for (const run of runs) {
        expect(run.length === 1 || run.reduce((sum, size) => sum + size, 0) <= limit).toBe(true);
      }
    }),
  );
});

test('a payload has labels exactly when there is metadata', () => {
  const change = { sequence: 9, tenant: 'acme', knowledge_base: 'default', doc_id: 'a', kind: 'put', content: 'text' } as const;
  expect(payloadOf({ ...change, metadata: {} })).not.toHaveProperty('labels');
  expect(payloadOf({ ...change, metadata: { 'a.b': 1.5, c: true } })).toMatchObject({
    labels: ['["a.b",1.5]', '["c",true]'],
    document_version: 9,
  });
});

import { pointIdOf } from '../../api/point.ts';
import type { ShardingPolicy } from '../../policies/sharding/policy.ts';
import type { Point, VectorStore } from '../../runtime/vector-store.ts';
import { applyToShards } from '../apply-to-shards.ts';
import { changesToApply, payloadOf } from '../batch.ts';
import type { Change } from '../change.ts';
import { placementOf } from '../placement/placement.ts';
import { type MemoryLocationTable, memoryLocationTable } from './memory-location-table.ts';

export interface MemoryShard {
  readonly points: Map<string, Point>;
  fails: boolean;
}

/** A text's vector, three numbers that follow from its digits; "2 7 1" is the direction (2, 7, 1). */
export function vectorOfText(text: string): number[] {
  return text.split(' ').map(Number);
}

/** The applying half of an indexer over shards in memory: the same rules, without processes. */
export function memoryIndexer(policy: ShardingPolicy, shardCount: number, onStep: () => void = () => undefined) {
  const table: MemoryLocationTable = memoryLocationTable();
  const log: Change[] = [];
  const applied = Array.from({ length: shardCount }, () => 0);
  const shards = Array.from({ length: shardCount }, (): MemoryShard => ({ points: new Map(), fails: false }));
  const stores = shards.map((shard, number) => {
    const act = async (change: () => void) => {
      await Promise.resolve();
      if (shard.fails) {
        throw new Error(`shard ${number} was told to fail`);
      }
      change();
      onStep();
    };
    return {
      shard: number,
      upsert: (points: readonly Point[]) =>
        act(() => {
          for (const point of points) {
            shard.points.set(point.id, point);
          }
        }),
      remove: (ids: readonly string[]) =>
        act(() => {
          for (const id of ids) {
            shard.points.delete(id);
          }
        }),
    } as Pick<VectorStore, 'shard' | 'upsert' | 'remove'> as VectorStore;
  });
  let placement = placementOf(policy, shardCount, table);
  return {
    table,
    log,
    applied,
    shards,
    append(kind: 'put' | 'delete', docId: string, content: string) {
      const base = { sequence: log.length + 1, tenant: 'acme', knowledge_base: 'default', doc_id: docId };
      log.push(kind === 'put' ? { ...base, kind, content, metadata: {} } : { ...base, kind, content: null, metadata: null });
    },
    /** What a new process knows: only the tables. */
    restart() {
      placement = placementOf(policy, shardCount, table);
    },
    /** A node that lost its disk. */
    lose(shard: number) {
      shards[shard]?.points.clear();
      applied[shard] = 0;
    },
    /** Applies the next `size` changes after the shard that is furthest behind; false at the end of the log. */
    async applyNext(size: number): Promise<boolean> {
      const after = Math.min(...applied);
      const changes = log.slice(after, after + size);
      const lastSequence = changes.at(-1)?.sequence;
      if (lastSequence === undefined) {
        return false;
      }
      const tenuresOf = await placement.locate(changes, async (puts) => {
        const vectors = new Map(puts.map(({ sequence, content }) => [sequence, vectorOfText(content)]));
        return (sequence) => vectors.get(sequence) as number[];
      });
      const { placed, departures } = changesToApply(changes, tenuresOf, applied);
      const puts = placed.flatMap((one) =>
        one.change.kind === 'put'
          ? [{ placed: one, point: { id: one.pointId, vector: vectorOfText(one.change.content), payload: payloadOf(one.change) } }]
          : [],
      );
      const removals = placed.filter(({ change }) => change.kind === 'delete');
      const behind = stores.filter(({ shard }) => (applied[shard] ?? 0) < lastSequence);
      const batch = { firstSequence: after + 1, lastSequence, puts, removals, departures };
      const outcomes = await applyToShards(behind, batch, new AbortController().signal);
      for (const [position, { shard }] of behind.entries()) {
        if (outcomes[position]?.status === 'fulfilled') {
          applied[shard] = lastSequence;
        }
      }
      return true;
    },
    /** Version and content of every copy of a document, wherever it is. */
    copiesOf(docId: string): { shard: number; version: number; content: string }[] {
      const id = pointIdOf({ tenant: 'acme', knowledge_base: 'default', doc_id: docId });
      return shards.flatMap(({ points }, shard) => {
        const found = points.get(id);
        return found === undefined ? [] : [{ shard, version: found.payload.document_version, content: found.payload.content }];
      });
    },
  };
}

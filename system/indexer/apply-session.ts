import type { ClientBase } from 'pg';
import type { Logger } from 'pino';
import type { ShardingPolicy } from '../policies/sharding/policy.ts';
import { type EmbeddingSettings, embed } from '../runtime/embedding-client.ts';
import type { Upstream } from '../runtime/upstream.ts';
import type { VectorStore } from '../runtime/vector-store.ts';
import { applyToShards, type Batch, limited } from './apply-to-shards.ts';
import { assertConsecutive, changesToApply, payloadOf, withinBytes } from './batch.ts';
import type { Change } from './change.ts';
import { type Layout, prepareShards } from './collections.ts';
import { readCursors, writeCursors } from './cursors.ts';
import { type EmbedPuts, type Placement, placementOf } from './placement/placement.ts';
import { postgresLocationTable } from './placement/postgres-location-table.ts';
import type { Wakeup } from './wakeup.ts';

export interface ApplierParts {
  readonly provider: Upstream;
  readonly embedding: EmbeddingSettings;
  readonly policy: ShardingPolicy;
  readonly stores: readonly VectorStore[];
  readonly layout: Layout;
  /** Changes embedded and applied together. */
  readonly batchSize: number;
  readonly wakeup: Wakeup;
  readonly logger: Logger;
  /** Told when every shard has its collection. */
  onPrepared(): void;
  /** Told of every batch that reached all shards. */
  onApplied(batch: AppliedBatch): void;
}

export interface AppliedBatch {
  readonly lastSequence: number;
  readonly puts: number;
  readonly removals: number;
  /** Documents that left a shard for another one. */
  readonly moves: number;
}

/** An error while a range of the log was on its way. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
  readonly firstSequence: number;
  readonly lastSequence: number;

  constructor(firstSequence: number, lastSequence: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.firstSequence = firstSequence;
    this.lastSequence = lastSequence;
  }
}

/** What lasts as long as the applier's connection. */
interface Session {
  readonly client: ClientBase;
  readonly placement: Placement;
}

/** Bounds one request to the provider, which takes 32 MiB. */
const batchContentBytes = 4 * 1024 * 1024;
/** How often the shards are looked at while there is nothing to do; should a wake-up get lost, changes wait this long. */
const idleMs = 5_000;
async function readChanges(client: ClientBase, after: number, limit: number): Promise<readonly Change[]> {
  const { rows } = await client.query<Change>({
    name: 'read-changes',
    text: `SELECT sequence::float8 AS sequence, tenant, knowledge_base, doc_id, kind, content, metadata
      FROM change_log WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
    values: [after, limit],
  });
  assertConsecutive(rows, after);
  return withinBytes(rows, batchContentBytes);
}

type Put = Change & { readonly kind: 'put' };

/** Embeds puts of one batch, each once even when its place is decided by its vector before it is written. */
function embedOnce(parts: ApplierParts, requestId: string, signal: AbortSignal): EmbedPuts {
  const known = new Map<number, readonly number[]>();
  return async (puts: readonly Put[]) => {
    const missing = puts.filter(({ sequence }) => !known.has(sequence));
    if (missing.length > 0) {
      const contents = missing.map(({ content }) => content);
      const vectors = await embed(parts.provider, parts.embedding, contents, { signal: limited(signal), requestId });
      for (const [index, { sequence }] of missing.entries()) {
        known.set(sequence, vectors[index] as number[]);
      }
    }
    return (sequence) => known.get(sequence) as readonly number[];
  };
}

/** Reads, places and embeds what follows `after`; undefined at the end of the log. */
async function prepareBatch(
  parts: ApplierParts,
  { client, placement }: Session,
  after: number,
  applied: readonly number[],
  signal: AbortSignal,
): Promise<Batch | undefined> {
  const changes = await readChanges(client, after, parts.batchSize);
  const last = changes.at(-1);
  if (last === undefined) {
    return undefined;
  }
  try {
    const embedPuts = embedOnce(parts, `index-${after + 1}-${last.sequence}`, signal);
    const tenuresOf = await placement.locate(changes, embedPuts);
    const { placed, departures } = changesToApply(changes, tenuresOf, applied);
    const removals = placed.filter(({ change }) => change.kind === 'delete');
    const puts = placed.flatMap(({ shard, pointId, change }) => (change.kind === 'put' ? [{ shard, pointId, change }] : []));
    const vectorOf = await embedPuts(puts.map(({ change }) => change));
    return {
      firstSequence: after + 1,
      lastSequence: last.sequence,
      removals,
      departures,
      puts: puts.map((put) => ({
        placed: put,
        point: { id: put.pointId, vector: [...vectorOf(put.change.sequence)], payload: payloadOf(put.change) },
      })),
    };
  } catch (error) {
    throw new ApplyError(after + 1, last.sequence, error);
  }
}

/** Applies a batch on every shard that is behind it, and records it for those that took it even when another one did not. */
async function applyBatch(parts: ApplierParts, client: ClientBase, batch: Batch, applied: number[], signal: AbortSignal): Promise<void> {
  const behind = parts.stores.filter(({ shard }) => (applied[shard] ?? 0) < batch.lastSequence);
  const outcomes = await applyToShards(behind, batch, signal);
  const done = behind.filter((_store, position) => outcomes[position]?.status === 'fulfilled').map(({ shard }) => shard);
  if (done.length > 0) {
    await writeCursors(client, parts.layout.collection, done, batch.lastSequence);
    for (const shard of done) {
      applied[shard] = batch.lastSequence;
    }
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    throw new ApplyError(batch.firstSequence, batch.lastSequence, failed.reason);
  }
}

/** A node that came back without its collection would stay empty until the next write to it; a new session fills it. */
async function assertCollections({ stores, layout }: ApplierParts, signal: AbortSignal): Promise<void> {
  for (const store of stores) {
    if (!(await store.hasCollection(layout.dimensions, limited(signal)))) {
      throw new Error(`shard ${store.shard} has lost its collection "${layout.collection}"`);
    }
  }
}

/**
 * Applies the log in order from where the shards are, and then whatever is appended, until the signal aborts or anything
 * fails. It keeps nothing that a new session could not read again, so the cure for every failure is a new session.
 * The next batch is read and embedded while the shards take the current one.
 */
export async function applySession(parts: ApplierParts, client: ClientBase, signal: AbortSignal): Promise<void> {
  const { stores, layout, wakeup } = parts;
  await prepareShards(client, stores, layout, limited(signal));
  const applied = await readCursors(client, layout.collection, stores.length);
  const placement = placementOf(parts.policy, stores.length, postgresLocationTable(client, layout.collection));
  const session: Session = { client, placement };
  parts.onPrepared();
  const prepare = (after: number) => {
    const batch = prepareBatch(parts, session, after, applied, signal);
    // It is awaited one turn later; until then a rejection must not count as unhandled.
    batch.catch(() => undefined);
    return batch;
  };
  let after = Math.min(...applied);
  let upcoming = prepare(after);
  while (!signal.aborted) {
    const batch = await upcoming;
    if (batch === undefined) {
      const woken = await wakeup.wait(idleMs, signal);
      if (!woken) {
        await assertCollections(parts, signal);
      }
    } else {
      after = batch.lastSequence;
    }
    upcoming = prepare(after);
    if (batch !== undefined) {
      await applyBatch(parts, client, batch, applied, signal);
      const moves = batch.departures.filter(({ newShard }) => newShard !== null).length;
      parts.onApplied({
        lastSequence: batch.lastSequence,
        puts: batch.puts.length,
        removals: batch.removals.length + batch.departures.length - moves,
        moves,
      });
    }
  }
}

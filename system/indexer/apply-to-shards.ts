import type { Point, VectorStore } from '../runtime/vector-store.ts';
import { type Departure, type PlacedChange, runsWithin } from './batch.ts';

/** What is to be done on the shards for a range of the log. */
export interface Batch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly removals: readonly PlacedChange[];
  readonly departures: readonly Departure[];
  readonly puts: readonly { readonly placed: PlacedChange; readonly point: Point }[];
}

/** Bounds one request to a vector node, which takes 32 MiB. */
const upsertBytes = 16 * 1024 * 1024;
/** A printed float with its comma, at most. */
const bytesPerNumber = 22;
/**
 * A byte of content is at most two in JSON, and where the collection is hybrid its terms come besides: a Chinese character
 * or a short code brings a weight of some 30 bytes for every two or three of its own.
 */
const bytesPerContentByte = 18;
const callTimeoutMs = 60_000;

/** A signal for one call: calls have no caller with a deadline here, and one that hangs would stop everything. */
export function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]);
}

async function upsertOn(store: VectorStore, batch: Batch, signal: AbortSignal): Promise<void> {
  const points = batch.puts.filter(({ placed }) => placed.shard === store.shard).map(({ point }) => point);
  const sizeOf = ({ vector, payload }: Point) => vector.length * bytesPerNumber + Buffer.byteLength(payload.content) * bytesPerContentByte;
  for (const run of runsWithin(points, sizeOf, upsertBytes)) {
    await store.upsert(run, limited(signal));
  }
}

/**
 * Removes what was deleted, and what has moved once it is where it moved to: a document is on two shards for a moment
 * and never on none. A shard whose documents cannot arrive elsewhere keeps them and is not done.
 */
async function removeOn(
  store: VectorStore,
  batch: Batch,
  arrivals: ReadonlyMap<number, Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  const leaving = batch.departures.filter(({ shard }) => shard === store.shard);
  for (const newShard of new Set(leaving.map((departure) => departure.newShard))) {
    // A shard that is not behind has it already.
    await (newShard === null ? undefined : arrivals.get(newShard));
  }
  const deleted = batch.removals.filter(({ shard }) => shard === store.shard);
  const gone = [...deleted, ...leaving].map(({ pointId }) => pointId);
  if (gone.length > 0) {
    await store.remove(gone, limited(signal));
  }
}

/**
 * Applies a batch on these shards, each for itself; outcomes come in the order of the stores. Shards that are not among
 * them have the batch already.
 */
export async function applyToShards(
  behind: readonly VectorStore[],
  batch: Batch,
  signal: AbortSignal,
): Promise<PromiseSettledResult<void>[]> {
  const arrivals = new Map(behind.map((store) => [store.shard, upsertOn(store, batch, signal)]));
  return Promise.allSettled(
    behind.map(async (store) => {
      await arrivals.get(store.shard);
      await removeOn(store, batch, arrivals, signal);
    }),
  );
}

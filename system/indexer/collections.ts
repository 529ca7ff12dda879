import type { ClientBase } from 'pg';
import { indexedPayloadFields } from '../api/point.ts';
import type { VectorStore } from '../runtime/vector-store.ts';
import { writeCursors } from './cursors.ts';
import { DatabaseRefusal } from './database.ts';

export interface Layout {
  readonly collection: string;
  readonly strategy: string;
  readonly shards: number;
  readonly dimensions: number;
  readonly model: string;
}

/**
 * Remembers the layout of a collection, and throws when it was filled with another one: documents would be looked for on
 * the wrong shard, or vectors of different models compared.
 */
export async function assertLayout(client: Pick<ClientBase, 'query'>, layout: Layout): Promise<void> {
  const { collection, strategy, shards, dimensions, model } = layout;
  await client.query(
    'INSERT INTO collection_layouts (collection, strategy, shards, dimensions, model) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [collection, strategy, shards, dimensions, model],
  );
  const { rows } = await client.query<Layout>(
    'SELECT collection, strategy, shards, dimensions, model FROM collection_layouts WHERE collection = $1',
    [collection],
  );
  const known = rows[0];
  const differences = (['strategy', 'shards', 'dimensions', 'model'] as const).filter((key) => known?.[key] !== layout[key]);
  if (differences.length > 0) {
    const listed = differences.map((key) => `${key} ${String(known?.[key])} (now ${String(layout[key])})`).join(', ');
    throw new DatabaseRefusal(
      `collection "${collection}" was filled with another layout: ${listed}. Name another COLLECTION to fill it anew`,
    );
  }
}

/**
 * Creates the collection on every node that does not have it. Its cursor goes to 0 first: should this end in between,
 * the next start finds either no collection or nothing applied, never an empty collection that passes for a full one.
 */
export async function prepareShards(
  client: ClientBase,
  stores: readonly VectorStore[],
  { collection, dimensions }: Layout,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    stores.map(async (store) => {
      if (await store.hasCollection(dimensions, signal)) {
        return;
      }
      await writeCursors(client, collection, [store.shard], 0);
      await store.createCollection({ dimensions, indexedPayloadFields }, signal);
    }),
  );
}

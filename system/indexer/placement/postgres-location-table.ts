import type { ClientBase } from 'pg';
import { placementChannel } from '../../api/placement.ts';
import type { Centroids } from '../../policies/sharding/policy.ts';
import type { LocationTable, PlacementState } from './location-table.ts';
import type { Tenure } from './tenure.ts';

interface StateRow {
  readonly placed_sequence: number;
  readonly documents: number;
  readonly points_per_shard: number[];
  readonly centroids: Centroids | null;
}

interface TenureRow {
  readonly point_id: string;
  readonly from_sequence: number;
  readonly shard: number | null;
}

/** One statement, because the applier's connection also moves cursors: a transaction would take those in. */
const recordStatement = `
WITH tenures AS (
  INSERT INTO locations (collection, point_id, from_sequence, shard, document_number)
  SELECT $1, given.* FROM unnest($2::uuid[], $3::bigint[], $4::integer[], $5::bigint[]) AS given
), state AS (
  INSERT INTO placement_state (collection, placed_sequence, documents, points_per_shard, centroids)
  VALUES ($1, $6, $7, $8, $9)
  ON CONFLICT (collection) DO UPDATE SET placed_sequence = excluded.placed_sequence, documents = excluded.documents,
    points_per_shard = excluded.points_per_shard, centroids = coalesce(placement_state.centroids, excluded.centroids)
)
SELECT pg_notify('${placementChannel}', '') WHERE $9::json IS NOT NULL`;

/** The location table in PostgreSQL, over the connection of the applier, which alone may write it. */
export function postgresLocationTable(client: Pick<ClientBase, 'query'>, collection: string): LocationTable {
  let centroidsAreWritten = false;
  return {
    async readState(): Promise<PlacementState | undefined> {
      const { rows } = await client.query<StateRow>(
        `SELECT placed_sequence::float8 AS placed_sequence, documents::float8 AS documents, points_per_shard, centroids
         FROM placement_state WHERE collection = $1`,
        [collection],
      );
      const row = rows[0];
      if (row === undefined) {
        return undefined;
      }
      centroidsAreWritten = row.centroids !== null;
      return {
        placedSequence: row.placed_sequence,
        documents: row.documents,
        pointsPerShard: row.points_per_shard,
        centroids: row.centroids ?? undefined,
      };
    },
    async readTenures(pointIds) {
      const { rows } = await client.query<TenureRow>({
        name: 'read-tenures',
        text: `SELECT point_id, from_sequence::float8 AS from_sequence, shard FROM locations
          WHERE collection = $1 AND point_id = ANY ($2::uuid[]) ORDER BY point_id, from_sequence`,
        values: [collection, pointIds],
      });
      const tenures = new Map<string, Tenure[]>();
      for (const { point_id, from_sequence, shard } of rows) {
        const known = tenures.get(point_id) ?? [];
        known.push({ fromSequence: from_sequence, shard });
        tenures.set(point_id, known);
      }
      return tenures;
    },
    async record(tenures, { placedSequence, documents, pointsPerShard, centroids }) {
      // They never change, and at thousands of numbers they are not sent with every batch.
      const newCentroids = centroidsAreWritten || centroids === undefined ? null : JSON.stringify(centroids);
      await client.query({
        name: 'record-tenures',
        text: recordStatement,
        values: [
          collection,
          tenures.map(({ pointId }) => pointId),
          tenures.map(({ fromSequence }) => fromSequence),
          tenures.map(({ shard }) => shard),
          tenures.map(({ documentNumber }) => documentNumber ?? null),
          placedSequence,
          documents,
          pointsPerShard,
          newCentroids,
        ],
      });
      centroidsAreWritten ||= newCentroids !== null;
    },
  };
}

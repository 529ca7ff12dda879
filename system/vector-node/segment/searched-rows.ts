import type { PointSource } from '../filter/matcher.ts';
import type { Payload } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import type { VectorColumn } from './vector-column.ts';

/** What a search asks of the table of rows. */
export interface SearchedRows extends PointSource {
  readonly columns: ReadonlyMap<string, VectorColumn>;
  readonly pointCount: number;
  /** Rows that were ever given out, those of deleted points included. */
  readonly rowCount: number;
  rowOf(id: PointId): number | undefined;
  payloadOf(row: number): Payload;
  /** The rows of all points. */
  liveRows(): Iterable<number>;
}

import { crc32 } from 'node:zlib';
import { HnswIndex } from '../hnsw/hnsw-index.ts';
import type { IndexFiles } from '../hnsw/index-files.ts';
import { SlotMap } from '../hnsw/slot-map.ts';
import type { PointId } from '../points/point-id.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import { ByteReader } from '../storage/byte-writer.ts';

/**
 * Serves the index on the disk, if there is one. A slot whose point is gone or has another vector today becomes a tombstone, so
 * that an index older than the log is only less useful, never wrong. Throws when the files are damaged or of another vector.
 */
export function restoreIndex(
  column: VectorColumn,
  files: IndexFiles,
  rowOf: (id: PointId) => number | undefined,
): { readonly graph: string; readonly generation: number } | undefined {
  const stored = files.read();
  if (stored === undefined) {
    return undefined;
  }
  const { manifest, graph } = stored;
  const { settings, encoding, checksums } = manifest;
  if (settings.dimensions !== column.size || settings.distance !== column.distance) {
    throw new Error(`${files.manifest} is of vectors of ${settings.dimensions} dimensions by ${settings.distance}`);
  }
  const ids = new ByteReader(manifest.ids);
  const slots = new SlotMap();
  const vector = new Float32Array(column.size);
  const bytes = new Uint8Array(vector.buffer);
  for (const checksum of checksums) {
    const row = rowOf(ids.pointId());
    if (row === undefined || !column.has(row) || slots.has(row)) {
      slots.appendTombstone();
      continue;
    }
    vector.set(column.get(row));
    if (crc32(bytes) === checksum) {
      slots.append(row);
    } else {
      slots.appendTombstone();
    }
  }
  const index = HnswIndex.view(graph, settings, encoding);
  if (index.size !== slots.size) {
    throw new Error(`${graph} has ${index.size} vectors, its manifest ${slots.size}`);
  }
  column.serve({ index, slots });
  return { graph, generation: Number(/-(\d+)\.graph$/.exec(graph)?.[1] ?? 0) };
}

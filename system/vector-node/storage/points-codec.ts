import type { PointVectors } from '../segment/flat-segment.ts';
import type { SparseVector } from '../sparse/sparse-vector.ts';
import type { ByteReader, ByteWriter } from './byte-writer.ts';

type EncodedPoint = PointVectors & { readonly payloadJson: string };

export const hasSparse = (points: readonly PointVectors[]) => points.some(({ sparseVectors }) => (sparseVectors?.size ?? 0) > 0);

/** About how many bytes points take in a record. */
export function pointBytes(points: readonly (PointVectors & { readonly payloadJson?: string })[]): number {
  const [first] = points;
  const vectorBytes = [...(first?.vectors.values() ?? [])].reduce((bytes, vector) => bytes + vector.byteLength, 0);
  return points.length * (vectorBytes + 2 * (first?.payloadJson?.length ?? 0) + 64);
}

function indexWriter(writer: ByteWriter, names: readonly string[]): (name: string) => void {
  writer.uint32(names.length);
  for (const name of names) {
    writer.text(name);
  }
  const positions = new Map(names.map((name, position) => [name, position]));
  return (name) => writer.uint32(positions.get(name) as number);
}

/** Vector names once, then each point with the positions of the names that it has; sparse vectors only where the record says so. */
export function encodePoints(writer: ByteWriter, points: readonly EncodedPoint[], withSparse: boolean): void {
  const names = new Set<string>();
  for (const { vectors, sparseVectors } of points) {
    for (const name of [...vectors.keys(), ...(sparseVectors?.keys() ?? [])]) {
      names.add(name);
    }
  }
  const writeName = indexWriter(writer, [...names]);
  writer.uint32(points.length);
  for (const { id, vectors, sparseVectors, payloadJson } of points) {
    writer.pointId(id);
    writer.text(payloadJson);
    writer.uint32(vectors.size);
    for (const [name, vector] of vectors) {
      writeName(name);
      writer.uint32(vector.length);
      writer.floats(vector);
    }
    if (withSparse) {
      writer.uint32(sparseVectors?.size ?? 0);
      for (const [name, { indices, values }] of sparseVectors ?? []) {
        writeName(name);
        writer.uint32(indices.length);
        // The bytes of the dimensions, which the writer takes as floats: it copies them unread.
        writer.floats(new Float32Array(indices.buffer, indices.byteOffset, indices.length));
        writer.floats(values);
      }
    }
  }
}

/** Reads what {@link encodePoints} wrote. */
export function decodePoints(reader: ByteReader, withSparse: boolean): EncodedPoint[] {
  const names = Array.from({ length: reader.uint32() }, () => reader.text());
  const nextName = () => {
    const name = names[reader.uint32()];
    if (name === undefined) {
      throw new RangeError('a point names a vector that the record does not');
    }
    return name;
  };
  return Array.from({ length: reader.uint32() }, () => {
    const id = reader.pointId();
    const payloadJson = reader.text();
    const vectors = new Map<string, Float32Array>();
    for (let left = reader.uint32(); left > 0; left -= 1) {
      vectors.set(nextName(), reader.floats(reader.uint32()));
    }
    if (!withSparse) {
      return { id, vectors, payloadJson };
    }
    const sparseVectors = new Map<string, SparseVector>();
    for (let left = reader.uint32(); left > 0; left -= 1) {
      const name = nextName();
      const length = reader.uint32();
      const indices = new Uint32Array(reader.floats(length).buffer);
      sparseVectors.set(name, { indices, values: reader.floats(length) });
    }
    return { id, vectors, payloadJson, ...(sparseVectors.size === 0 ? {} : { sparseVectors }) };
  });
}

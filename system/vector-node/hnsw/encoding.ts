import type { IndexSettings, StoredScalar } from './index-settings.ts';

/** The form in which an index takes vectors. */
export type Encoded = Float32Array | Int8Array;

const greatestByte = 127;
const greatestHalf = 65_000;
const greatestOf: Record<StoredScalar, number> = { f16: greatestHalf, i8: greatestByte };
const sampledComponents = 100_000;

/** What turns vectors into the form of one index; kept with it, because its queries need the same. */
export interface Encoding {
  /** Factor of all components. One factor for all vectors changes no order, neither of inner products nor of distances. */
  readonly scale: number;
  /** For `Dot`: the length that every indexed vector is brought to by one more component. */
  readonly lengthBound: number;
}

/** Components of a vector in the index. */
export function encodedSize({ dimensions, distance }: IndexSettings): number {
  return distance === 'Dot' ? dimensions + 1 : dimensions;
}

/**
 * The factor that brings components into the range of what an index stores. For bytes the given quantile of the components fills
 * the range and the rest is clamped, as scalar quantization does; halves have range enough, so that only extremes are scaled.
 */
export function scaleFor({ scalar, quantile }: IndexSettings, vectors: readonly Float32Array[]): number {
  const components = vectors.reduce((count, vector) => count + vector.length, 0);
  const step = Math.max(1, Math.floor(components / sampledComponents));
  const magnitudes: number[] = [];
  let until = 0;
  for (const vector of vectors) {
    for (; until < vector.length; until += step) {
      magnitudes.push(Math.abs(vector[until] as number));
    }
    until -= vector.length;
  }
  const sorted = Float32Array.from(magnitudes).sort();
  const bound = sorted[Math.floor((sorted.length - 1) * (scalar === 'i8' ? quantile : 1))] ?? 0;
  if (bound === 0) {
    return 1;
  }
  return scalar === 'i8' ? greatestByte / bound : 1 / bound;
}

/** Room for `count` vectors in the form that an index takes. */
export function createEncoded(settings: IndexSettings, count: number): Encoded {
  const length = encodedSize(settings) * count;
  return settings.scalar === 'i8' ? new Int8Array(length) : new Float32Array(length);
}

function writeScaled(vector: Float32Array, { scale }: Encoding, scalar: StoredScalar, target: Encoded, offset: number): void {
  const greatest = greatestOf[scalar];
  const isByte = scalar === 'i8';
  for (let index = 0; index < vector.length; index += 1) {
    const scaled = Math.min(greatest, Math.max(-greatest, (vector[index] as number) * scale));
    target[offset + index] = isByte ? Math.round(scaled) : scaled;
  }
}

/**
 * Writes a vector as it is indexed. Graphs of inner products lose short vectors, which no other one has as its neighbour; so for
 * `Dot` all vectors get one more component that makes them equally long, and Euclidean distance then orders as the inner product.
 */
export function encodeStored(vector: Float32Array, encoding: Encoding, settings: IndexSettings, target: Encoded, offset: number): void {
  writeScaled(vector, encoding, settings.scalar, target, offset);
  if (settings.distance === 'Dot') {
    let squares = 0;
    for (const component of vector) {
      squares += component * component;
    }
    target[offset + vector.length] = Math.sqrt(Math.max(0, encoding.lengthBound ** 2 - squares)) * encoding.scale;
  }
}

/** Writes a vector as it is searched; the component that `Dot` adds is 0, so that it adds the same to every distance. */
export function encodeQuery(vector: Float32Array, encoding: Encoding, settings: IndexSettings, target: Encoded): void {
  writeScaled(vector, encoding, settings.scalar, target, 0);
}

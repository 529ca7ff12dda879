import type { IndexSettings, StoredScalar } from './index-settings.ts';

/** The form in which an index takes vectors. */
export type Encoded = Float32Array | Int8Array;

const greatestByte = 127;
const greatestHalf = 65_000;
const greatestOf: Record<StoredScalar, number> = { f16: greatestHalf, i8: greatestByte };
const sampledComponents = 100_000;

/**
 * The factor that brings components into the range of what an index stores. For bytes the given quantile of the components fills
 * the range and the rest is clamped, as scalar quantization does; halves have range enough, so that only extremes are scaled.
 * One factor for all vectors changes no order, neither of inner products nor of distances.
 */
export function scaleFor({ scalar, quantile }: Pick<IndexSettings, 'scalar' | 'quantile'>, vectors: readonly Float32Array[]): number {
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
export function createEncoded(scalar: StoredScalar, length: number): Encoded {
  return scalar === 'i8' ? new Int8Array(length) : new Float32Array(length);
}

/** Writes a scaled vector into `target` at `offset`; what lies beyond the range is clamped. */
export function encode(vector: Float32Array, scale: number, scalar: StoredScalar, target: Encoded, offset: number): void {
  const greatest = greatestOf[scalar];
  const isByte = scalar === 'i8';
  for (let index = 0; index < vector.length; index += 1) {
    const scaled = Math.min(greatest, Math.max(-greatest, (vector[index] as number) * scale));
    target[offset + index] = isByte ? Math.round(scaled) : scaled;
  }
}

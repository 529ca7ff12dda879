import type { Trace } from './trace.ts';

/** Bytes of all distinct keys of the whole trace, each at its last size; 0 where the trace tells no sizes. */
export function footprintOf({ key: keys, keys: keyCount, sizeBytes, sampleRate }: Trace): number {
  if (sizeBytes === undefined) {
    return 0;
  }
  const lastSize = new Float64Array(keyCount);
  for (let index = 0; index < keys.length; index += 1) {
    lastSize[keys[index] ?? 0] = sizeBytes[index] ?? 0;
  }
  return Math.round(lastSize.reduce((sum, size) => sum + size, 0) / sampleRate);
}

/** Standard deviation ÷ mean of the sizes that were asked for; 0 where the trace tells none. */
export function sizeVariationOf(sizeBytes: Float64Array | undefined): number {
  if (sizeBytes === undefined || sizeBytes.length === 0) {
    return 0;
  }
  const mean = sizeBytes.reduce((sum, size) => sum + size, 0) / sizeBytes.length;
  const variance = sizeBytes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizeBytes.length;
  return Math.sqrt(variance) / mean;
}

export const distances = ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const;
export type Distance = (typeof distances)[number];

/**
 * Similarity of a query to the vector that starts at `offset` of a block: larger is nearer for every distance, so that one
 * top-k serves all. Four accumulators let the processor overlap the additions.
 */
export type Kernel = (query: Float32Array, block: Float32Array, offset: number) => number;

function dot(query: Float32Array, block: Float32Array, offset: number): number {
  const size = query.length;
  const unrolled = size - (size % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let at = offset;
  for (let index = 0; index < unrolled; index += 4) {
    sum0 += (query[index] as number) * (block[at] as number);
    sum1 += (query[index + 1] as number) * (block[at + 1] as number);
    sum2 += (query[index + 2] as number) * (block[at + 2] as number);
    sum3 += (query[index + 3] as number) * (block[at + 3] as number);
    at += 4;
  }
  for (let index = unrolled; index < size; index += 1) {
    sum0 += (query[index] as number) * (block[at] as number);
    at += 1;
  }
  return sum0 + sum1 + (sum2 + sum3);
}

function negativeSquaredDistance(query: Float32Array, block: Float32Array, offset: number): number {
  const size = query.length;
  const unrolled = size - (size % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let at = offset;
  for (let index = 0; index < unrolled; index += 4) {
    const difference0 = (query[index] as number) - (block[at] as number);
    const difference1 = (query[index + 1] as number) - (block[at + 1] as number);
    const difference2 = (query[index + 2] as number) - (block[at + 2] as number);
    const difference3 = (query[index + 3] as number) - (block[at + 3] as number);
    sum0 += difference0 * difference0;
    sum1 += difference1 * difference1;
    sum2 += difference2 * difference2;
    sum3 += difference3 * difference3;
    at += 4;
  }
  for (let index = unrolled; index < size; index += 1) {
    const difference = (query[index] as number) - (block[at] as number);
    sum0 += difference * difference;
    at += 1;
  }
  return -(sum0 + sum1 + (sum2 + sum3));
}

function negativeManhattanDistance(query: Float32Array, block: Float32Array, offset: number): number {
  let sum0 = 0;
  let sum1 = 0;
  const size = query.length;
  const unrolled = size - (size % 2);
  for (let index = 0; index < unrolled; index += 2) {
    sum0 += Math.abs((query[index] as number) - (block[offset + index] as number));
    sum1 += Math.abs((query[index + 1] as number) - (block[offset + index + 1] as number));
  }
  if (unrolled < size) {
    sum0 += Math.abs((query[unrolled] as number) - (block[offset + unrolled] as number));
  }
  return -(sum0 + sum1);
}

interface Metric {
  readonly kernel: Kernel;
  /** The score of an answer from a similarity. */
  readonly score: (similarity: number) => number;
  /** True when a score is better than a threshold, which itself is not good enough. */
  readonly isBeyond: (score: number, threshold: number) => boolean;
}

const larger = (score: number, threshold: number) => score > threshold;
const smaller = (score: number, threshold: number) => score < threshold;

export const metrics: Record<Distance, Metric> = {
  Cosine: { kernel: dot, score: Math.fround, isBeyond: larger },
  Dot: { kernel: dot, score: Math.fround, isBeyond: larger },
  Euclid: { kernel: negativeSquaredDistance, score: (similarity) => Math.fround(Math.sqrt(-similarity)), isBeyond: smaller },
  Manhattan: { kernel: negativeManhattanDistance, score: (similarity) => Math.fround(-similarity), isBeyond: smaller },
};

const normalisedTolerance = 1e-6;

/** Scales a vector to length 1 in place, as Qdrant does for Cosine on insert and on search; a zero vector stays. */
export function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const component of vector) {
    squares += component * component;
  }
  const length = Math.sqrt(squares);
  if (length < 2 ** -23 || Math.abs(length - 1) <= normalisedTolerance) {
    return;
  }
  for (let index = 0; index < vector.length; index += 1) {
    vector[index] = (vector[index] as number) / length;
  }
}

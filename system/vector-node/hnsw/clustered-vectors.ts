import { randomStream } from '../../policies/random-stream.ts';

export interface Clustered {
  readonly seed: number;
  readonly size: number;
  readonly clusters: number;
  /** Standard deviation of a point about its centre, whose components have 1: the larger, the harder to search. */
  readonly spread: number;
  /** Vectors lie in a random subspace of so many dimensions, as embeddings do. */
  readonly intrinsicSize: number;
}

/**
 * An endless source of vectors in clusters of unequal size, in a subspace of fewer dimensions, for tests and benchmarks. Uniform
 * vectors would be harder than any embedding, well-separated ones easier.
 */
export function* clusteredVectors({ seed, size, clusters, spread, intrinsicSize }: Clustered): Generator<Float32Array, never> {
  const shape = randomStream(seed, 'shape');
  const points = randomStream(seed, 'points');
  const normals = (length: number) => Float32Array.from({ length }, () => shape.normal());
  const basis = Array.from({ length: intrinsicSize }, () => normals(size));
  const centres = Array.from({ length: clusters }, () => normals(intrinsicSize));
  for (;;) {
    // The square of a uniform number makes the first clusters large and the last ones small.
    const centre = centres[Math.floor(points.uniform() ** 2 * clusters)] as Float32Array;
    const vector = new Float32Array(size);
    for (const [axis, direction] of basis.entries()) {
      const coordinate = (centre[axis] as number) + spread * points.normal();
      for (let index = 0; index < size; index += 1) {
        vector[index] = (vector[index] as number) + coordinate * (direction[index] as number);
      }
    }
    yield vector;
  }
}

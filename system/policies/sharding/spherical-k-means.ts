import type { RandomStream } from '../random-stream.ts';

type Vector = readonly number[];

const iterations = 25;
/** Centroids nearer than this to where they were have come to rest. */
const restCosine = 1 - 1e-9;

export function dot(left: Vector, right: Vector): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) {
    sum += (left[index] as number) * (right[index] as number);
  }
  return sum;
}

/** Squares of shorter vectors lose their digits. */
const shortest = 1e-140;

/** The vector at length 1; undefined when it has no direction. */
function unit(vector: Vector): number[] | undefined {
  const length = Math.sqrt(dot(vector, vector));
  return length > shortest && Number.isFinite(length) ? vector.map((component) => component / length) : undefined;
}

function anyDirection(dimensions: number, random: RandomStream): number[] {
  return (
    unit(Array.from({ length: dimensions }, () => random.normal())) ??
    Array.from({ length: dimensions }, (_, index) => (index === 0 ? 1 : 0))
  );
}

/** Position of the centroid with the highest cosine; the first one of equals. */
function nearestTo(vector: Vector, centroids: readonly Vector[]): { position: number; cosine: number } {
  let best = { position: 0, cosine: Number.NEGATIVE_INFINITY };
  for (const [position, centroid] of centroids.entries()) {
    const cosine = dot(vector, centroid);
    if (cosine > best.cosine) {
      best = { position, cosine };
    }
  }
  return best;
}

/** k-means++ (Arthur and Vassilvitskii, SODA 2007): each next centroid is drawn by its squared distance from those before it. */
function firstCentroids(vectors: readonly Vector[], count: number, dimensions: number, random: RandomStream): Vector[] {
  const centroids: Vector[] = [vectors[random.below(vectors.length)] as Vector];
  while (centroids.length < count) {
    const weights = vectors.map((vector) => Math.max(0, 2 - 2 * nearestTo(vector, centroids).cosine));
    let drawn = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    const found = vectors.find((_vector, index) => {
      drawn -= weights[index] as number;
      return drawn < 0;
    });
    // Fewer different vectors than centroids: any other direction keeps the shard in use.
    centroids.push(found ?? anyDirection(dimensions, random));
  }
  return centroids;
}

/**
 * Spherical k-means (Dhillon and Modha, Machine Learning 2001): `count` unit vectors, each the mean direction of the
 * vectors that are nearer to it than to the others by cosine. The same vectors and random numbers give the same
 * centroids. Vectors without a direction are left out.
 */
export function sphericalKMeans(vectors: readonly Vector[], count: number, dimensions: number, random: RandomStream): number[][] {
  const units = vectors.flatMap((vector) => {
    const scaled = unit(vector);
    return scaled === undefined ? [] : [scaled];
  });
  if (units.length === 0) {
    return Array.from({ length: count }, () => anyDirection(dimensions, random));
  }
  let centroids = firstCentroids(units, count, dimensions, random).map((centroid) => [...centroid]);
  for (let round = 0; round < iterations; round += 1) {
    const sums = centroids.map(() => Array.from({ length: dimensions }, () => 0));
    for (const vector of units) {
      const sum = sums[nearestTo(vector, centroids).position] as number[];
      for (let index = 0; index < dimensions; index += 1) {
        sum[index] = (sum[index] as number) + (vector[index] as number);
      }
    }
    // A centroid that no vector is nearest to stays where it is.
    const next = sums.map((sum, position) => unit(sum) ?? (centroids[position] as number[]));
    const rests = next.every((centroid, position) => dot(centroid, centroids[position] as number[]) > restCosine);
    centroids = next;
    if (rests) {
      break;
    }
  }
  return centroids;
}

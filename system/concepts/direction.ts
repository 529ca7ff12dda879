import { randomStream } from '../policies/random-stream.ts';

const centre = 2 * 255;

/**
 * A unit vector whose direction only depends on seed and name, spread evenly: each component is a sum of four uniform
 * bytes, close enough to a normal variable for that. It needs only + − × ÷ and √, which IEEE 754 rounds in one way;
 * Math.log and Math.sin, as Box–Muller needs them, may differ in the last bit between machines.
 */
export function direction(seed: number, name: string, dimensions: number): Float32Array {
  const stream = randomStream(seed, name);
  const components = new Float64Array(dimensions);
  for (let index = 0; index < dimensions; index += 1) {
    const bits = Math.floor(stream.uniform() * 2 ** 32) >>> 0;
    components[index] = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - centre;
  }
  return unit(components);
}

/** Scales to length 1 in double precision, then rounds to single. A zero vector becomes the first axis, so that every text has a direction. */
export function unit(components: Float64Array): Float32Array {
  let squares = 0;
  for (const component of components) {
    squares += component * component;
  }
  const scaled = new Float32Array(components.length);
  if (squares === 0) {
    scaled[0] = 1;
    return scaled;
  }
  const length = Math.sqrt(squares);
  for (let index = 0; index < components.length; index += 1) {
    scaled[index] = (components[index] ?? 0) / length;
  }
  return scaled;
}

/** The first `dimensions` components at length 1, as OpenAI's `dimensions` parameter shortens an embedding. */
export function shorten(vector: Float32Array, dimensions: number): Float32Array {
  return dimensions === vector.length ? vector : unit(Float64Array.from(vector.subarray(0, dimensions)));
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of random numbers. The same seed and name give the same numbers on every machine. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in (0, 1], safe under a logarithm. */
  positive(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** Normal with mean 0 and standard deviation 1 (Box–Muller, Annals of Mathematical Statistics 1958). */
  normal(): number;
}

/** FNV-1a, 32 bits: spreads a stream's name over the seed so that streams of one seed are independent. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const warmUpDraws = 16;

/**
 * Opens the stream `name` of a seed. Separate names give separate streams, so that adding draws for arrivals does not
 * move the draws for routing.
 */
export function randomStream(seed: number, name: string): RandomStream {
  const generator = xoroshiro128plus((hash32(`${seed}:${name}`) ^ seed) | 0);
  // Generators of similar seeds start alike and have parted after a few draws.
  for (let draw = 0; draw < warmUpDraws; draw += 1) {
    generator.next();
  }
  const uniform = () => uniformFloat64(generator);
  const positive = () => 1 - uniform();
  let spare: number | undefined;
  return {
    uniform,
    positive,
    below: (bound) => uniformInt(generator, 0, bound - 1),
    exponential: () => -Math.log(positive()),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(positive()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** A uniform choice. Throws `RangeError` on an empty list. */
export function drawFrom<T>(stream: RandomStream, list: readonly T[]): T {
  const item = list[Math.floor(stream.uniform() * list.length)];
  if (item === undefined) {
    throw new RangeError('nothing to draw from: the list is empty');
  }
  return item;
}

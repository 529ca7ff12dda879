import { hash32 } from '../../../system/policies/random-stream.ts';
import { subsampleCount } from './trace.ts';

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): a bijection of 32 bits in which every bit moves every other. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Where a key of 64 bits stands in [0, 2³²): uniform, and the same in every run, so that a sample can be drawn again. */
export function hashOfBits(low: number, high: number): number {
  return mixed(low ^ mixed(high ^ 0x9e3779b9));
}

export function hashOfText(text: string): number {
  return mixed(hash32(text));
}

/** Mixed anew, because whatever was sampled shares the leading bits of its hash. */
export function subsampleOfHash(hash: number): number {
  return mixed(hash ^ 0x2545f491) % subsampleCount;
}

import { hash32 } from '../random-stream.ts';

/** MurmurHash3's finaliser: FNV alone leaves the bits of similar ids correlated. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A whole number in [0, 2^32), evenly spread even over names that are alike. */
export function pointHash(name: string): number {
  return mix(hash32(name));
}

/** A 64-bit number as two halves: [high, low] at an even index and the next. */
type Words = Uint32Array;

function add(words: Words, to: number, from: number): void {
  const low = (words[to + 1] as number) + (words[from + 1] as number);
  words[to] = (words[to] as number) + (words[from] as number) + (low > 0xffff_ffff ? 1 : 0);
  words[to + 1] = low;
}

function rotateLeft(words: Words, at: number, bits: number): void {
  const isSwapped = bits >= 32;
  const high = words[at + (isSwapped ? 1 : 0)] as number;
  const low = words[at + (isSwapped ? 0 : 1)] as number;
  const shift = bits % 32;
  words[at] = shift === 0 ? high : (high << shift) | (low >>> (32 - shift));
  words[at + 1] = shift === 0 ? low : (low << shift) | (high >>> (32 - shift));
}

function xor(words: Words, to: number, from: number): void {
  words[to] = (words[to] as number) ^ (words[from] as number);
  words[to + 1] = (words[to + 1] as number) ^ (words[from + 1] as number);
}

/** One SipRound on the states v0, v1, v2, v3 at the indices 0, 2, 4, 6. */
function round(v: Words): void {
  add(v, 0, 2);
  rotateLeft(v, 2, 13);
  xor(v, 2, 0);
  rotateLeft(v, 0, 32);
  add(v, 4, 6);
  rotateLeft(v, 6, 16);
  xor(v, 6, 4);
  add(v, 0, 6);
  rotateLeft(v, 6, 21);
  xor(v, 6, 0);
  add(v, 4, 2);
  rotateLeft(v, 2, 17);
  xor(v, 2, 4);
  rotateLeft(v, 4, 32);
}

/** SipHash-2-4 (Aumasson and Bernstein, 2012) with a key of zeros. */
export function siphash24(message: Buffer): bigint {
  const v = Uint32Array.of(0x736f6d65, 0x70736575, 0x646f7261, 0x6e646f6d, 0x6c796765, 0x6e657261, 0x74656462, 0x79746573);
  const padded = Buffer.alloc((Math.floor(message.length / 8) + 1) * 8);
  message.copy(padded);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const high = padded.readUInt32LE(at + 4);
    const low = padded.readUInt32LE(at);
    v[6] = (v[6] as number) ^ high;
    v[7] = (v[7] as number) ^ low;
    round(v);
    round(v);
    v[0] = (v[0] as number) ^ high;
    v[1] = (v[1] as number) ^ low;
  }
  v[5] = (v[5] as number) ^ 0xff;
  for (let last = 0; last < 4; last += 1) {
    round(v);
  }
  const high = ((v[0] as number) ^ (v[2] as number) ^ (v[4] as number) ^ (v[6] as number)) >>> 0;
  const low = ((v[1] as number) ^ (v[3] as number) ^ (v[5] as number) ^ (v[7] as number)) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
}

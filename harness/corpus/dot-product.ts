/**
 * Dot product of a vector with the one that begins at `offset` of `block`, in double precision. Eight running sums,
 * because a single one would make each addition wait for the one before it.
 */
export function dotProduct(vector: Float32Array, block: Float32Array, offset: number): number {
  const { length } = vector;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let index = 0;
  let position = offset;
  for (; index + 7 < length; index += 8, position += 8) {
    a += (vector[index] as number) * (block[position] as number);
    b += (vector[index + 1] as number) * (block[position + 1] as number);
    c += (vector[index + 2] as number) * (block[position + 2] as number);
    d += (vector[index + 3] as number) * (block[position + 3] as number);
    e += (vector[index + 4] as number) * (block[position + 4] as number);
    f += (vector[index + 5] as number) * (block[position + 5] as number);
    g += (vector[index + 6] as number) * (block[position + 6] as number);
    h += (vector[index + 7] as number) * (block[position + 7] as number);
  }
  for (; index < length; index += 1, position += 1) {
    a += (vector[index] as number) * (block[position] as number);
  }
  return a + b + (c + d) + (e + f + (g + h));
}

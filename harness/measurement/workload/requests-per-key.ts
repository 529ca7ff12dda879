/** How often each key was asked, by key. */
export function requestsPerKey(keys: ArrayLike<number>, keyCount: number): Uint32Array {
  const counts = new Uint32Array(keyCount);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? 0;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

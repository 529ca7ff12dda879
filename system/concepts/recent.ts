/**
 * Keeps what was used recently, at most `2 × capacity` entries. Two generations instead of a list per entry: a hit in
 * the old one moves to the young one, and a full young one replaces the old, so that words of the vocabulary survive a
 * stream of words that are seen once.
 */
export function createRecent<Value>(capacity: number): { get(key: string, make: (key: string) => Value): Value; size(): number } {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return {
    get(key, make) {
      const kept = young.get(key);
      if (kept !== undefined) {
        return kept;
      }
      const value = old.get(key) ?? make(key);
      if (young.size >= capacity) {
        old = young;
        young = new Map();
      }
      young.set(key, value);
      return value;
    },
    size: () => young.size + old.size,
  };
}

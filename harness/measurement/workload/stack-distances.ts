/** The distance of a request whose key was not asked before. */
export const firstRequest = -1;

/**
 * The LRU stack distance of every request: how many distinct keys were asked since the key was asked last, itself
 * included, so that an LRU cache of `c` entries finds it when the distance is at most `c` (Mattson, Gecsei, Slutz, Traiger,
 * "Evaluation techniques for storage hierarchies", IBM Systems Journal 1970). A Fenwick tree over the last positions,
 * renumbered whenever it is full, takes O(log keys) per request and memory in the number of keys. Keys are whole numbers
 * below `keyCount`.
 */
export function stackDistances(keys: ArrayLike<number>, keyCount: number): Int32Array {
  const distances = new Int32Array(keys.length);
  const capacity = Math.max(1024, 2 * keyCount);
  const tree = new Int32Array(capacity + 1);
  /** Which key was last asked at a position; −1 where it was asked again since. */
  const keyAt = new Int32Array(capacity + 1).fill(-1);
  const lastPosition = new Int32Array(keyCount);
  let position = 0;
  let resident = 0;
  const add = (from: number, change: number) => {
    for (let at = from; at <= capacity; at += at & -at) {
      tree[at] = (tree[at] ?? 0) + change;
    }
  };
  const upTo = (to: number) => {
    let sum = 0;
    for (let at = to; at > 0; at -= at & -at) {
      sum += tree[at] ?? 0;
    }
    return sum;
  };
  const renumber = () => {
    let next = 0;
    for (let at = 1; at <= capacity; at += 1) {
      const key = keyAt[at] ?? -1;
      if (key >= 0) {
        next += 1;
        keyAt[next] = key;
        lastPosition[key] = next;
      }
    }
    keyAt.fill(-1, next + 1);
    // The tree of ones at 1 to `next`: each node holds how many of them lie in its range.
    for (let at = 1; at <= capacity; at += 1) {
      tree[at] = Math.max(0, Math.min(at, next) - (at - (at & -at)));
    }
    position = next;
  };
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? 0;
    if (position === capacity) {
      renumber();
    }
    const before = lastPosition[key] ?? 0;
    if (before === 0) {
      distances[index] = firstRequest;
      resident += 1;
    } else {
      distances[index] = resident - upTo(before) + 1;
      add(before, -1);
      keyAt[before] = -1;
    }
    position += 1;
    lastPosition[key] = position;
    keyAt[position] = key;
    add(position, 1);
  }
  return distances;
}

/** What a pool of connections to other processes is doing. */
export interface PoolUse {
  /** Connections that carry a request. */
  readonly inUse: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

/** The pools of this process that are open, by what they lead to. It is one process' own state, like its metrics. */
const open = new Map<string, Set<() => PoolUse>>();

/** Has a pool counted under the name of what it leads to, such as `provider`, until the returned function is called. */
export function watchPool(peer: string, read: () => PoolUse): () => void {
  const readers = open.get(peer) ?? new Set();
  open.set(peer, readers.add(read));
  return () => {
    readers.delete(read);
  };
}

/** Use of the open pools, those to processes of one name added up. */
export function poolUses(): readonly (PoolUse & { readonly peer: string })[] {
  return [...open].map(([peer, readers]) => {
    const uses = [...readers].map((read) => read());
    const sum = (of: (use: PoolUse) => number) => uses.reduce((total, use) => total + of(use), 0);
    return { peer, inUse: sum((use) => use.inUse), waiting: sum((use) => use.waiting) };
  });
}

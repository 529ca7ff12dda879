import { Deque } from '../keyspace/deque.ts';
import { itemBytes } from '../keyspace/footprint.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { reply } from '../resp/reply.ts';
import { argument, type Command, integerArgument, listIn } from './command.ts';

const push =
  (end: 'first' | 'last'): Command['run'] =>
  ({ keyspace }, given) => {
    const key = argument(given, 0);
    const entry = keyspace.find(key) ?? keyspace.put(key, new Deque());
    const list = listIn(entry);
    let grownBytes = 0;
    for (const item of given.slice(1)) {
      if (end === 'first') {
        list.addFirst(item);
      } else {
        list.addLast(item);
      }
      grownBytes += itemBytes(item);
    }
    keyspace.resize(entry, grownBytes);
    return reply.integer(list.length);
  };

/** Negative positions count from the end. The first is at least 0, the last may lie beyond the list. */
function interval(list: Deque, start: bigint, end: bigint): { readonly from: number; readonly to: number } {
  const position = (given: bigint) => Number(given < 0n ? given + BigInt(list.length) : given);
  return { from: Math.max(0, position(start)), to: position(end) };
}

function readList(keyspace: Keyspace, key: string): Deque | undefined {
  const entry = keyspace.read(key);
  return entry === undefined ? undefined : listIn(entry);
}

export const listCommands = {
  lpush: { arity: -3, grows: true, run: push('first') },
  rpush: { arity: -3, grows: true, run: push('last') },
  llen: { arity: 2, run: ({ keyspace }, given) => reply.integer(readList(keyspace, argument(given, 0))?.length ?? 0) },
  lrange: {
    arity: 4,
    run: ({ keyspace }, given) => {
      const [start, end] = [integerArgument(argument(given, 1)), integerArgument(argument(given, 2))];
      const list = readList(keyspace, argument(given, 0)) ?? new Deque();
      const { from, to } = interval(list, start, end);
      return reply.array(list.range(from, to).map(reply.bulk));
    },
  },
  ltrim: {
    arity: 4,
    run: ({ keyspace }, given) => {
      const [start, end] = [integerArgument(argument(given, 1)), integerArgument(argument(given, 2))];
      const entry = keyspace.find(argument(given, 0));
      if (entry === undefined) {
        return reply.ok;
      }
      const list = listIn(entry);
      const { from, to } = interval(list, start, end);
      // Nothing is left when the interval is empty.
      const last = from > to ? -1 : Math.min(to, list.length - 1);
      let freedBytes = 0;
      while (list.length > last + 1) {
        freedBytes += itemBytes(list.takeLast() as string);
      }
      for (let first = 0; first < from && list.length > 0; first += 1) {
        freedBytes += itemBytes(list.takeFirst() as string);
      }
      keyspace.resize(entry, -freedBytes);
      return reply.ok;
    },
  },
} as const satisfies Record<string, Command>;

import type { Entry } from '../keyspace/entry.ts';
import { fieldBytes } from '../keyspace/footprint.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { isInt64 } from '../resp/integer.ts';
import { reply } from '../resp/reply.ts';
import { argument, type Command, CommandError, hashIn, integerArgument, wrongArgumentCount } from './command.ts';

/** The hash of a key that is to be written, empty and new where there is none. */
function writableHash(keyspace: Keyspace, key: string): { readonly entry: Entry; readonly fields: Map<string, string> } {
  const entry = keyspace.find(key) ?? keyspace.put(key, new Map());
  return { entry, fields: hashIn(entry) };
}

/** Whether the field is new. */
function setField(keyspace: Keyspace, { entry, fields }: ReturnType<typeof writableHash>, field: string, value: string): boolean {
  const old = fields.get(field);
  fields.set(field, value);
  keyspace.resize(entry, fieldBytes(field, value) - (old === undefined ? 0 : fieldBytes(field, old)));
  return old === undefined;
}

function readHash(keyspace: Keyspace, key: string): Map<string, string> | undefined {
  const entry = keyspace.read(key);
  return entry === undefined ? undefined : hashIn(entry);
}

export const hashCommands = {
  hset: {
    arity: -4,
    grows: true,
    run: ({ keyspace }, given) => {
      if (given.length % 2 === 0) {
        throw wrongArgumentCount('hset');
      }
      const hash = writableHash(keyspace, argument(given, 0));
      let added = 0;
      for (let position = 1; position < given.length; position += 2) {
        added += setField(keyspace, hash, argument(given, position), argument(given, position + 1)) ? 1 : 0;
      }
      return reply.integer(added);
    },
  },
  hget: {
    arity: 3,
    run: ({ keyspace, dialect }, given) => {
      const value = readHash(keyspace, argument(given, 0))?.get(argument(given, 1));
      return value === undefined ? dialect.null : reply.bulk(value);
    },
  },
  hmget: {
    arity: -3,
    run: ({ keyspace, dialect }, given) => {
      const fields = readHash(keyspace, argument(given, 0));
      return reply.array(
        given.slice(1).map((field) => {
          const value = fields?.get(field);
          return value === undefined ? dialect.null : reply.bulk(value);
        }),
      );
    },
  },
  hgetall: {
    arity: 2,
    run: ({ keyspace, dialect }, given) => {
      const fields = readHash(keyspace, argument(given, 0)) ?? new Map<string, string>();
      return dialect.map([...fields].flatMap(([field, value]) => [reply.bulk(field), reply.bulk(value)]));
    },
  },
  hlen: { arity: 2, run: ({ keyspace }, given) => reply.integer(readHash(keyspace, argument(given, 0))?.size ?? 0) },
  hincrby: {
    arity: 4,
    grows: true,
    run: ({ keyspace }, given) => {
      const [key, field] = [argument(given, 0), argument(given, 1)];
      const by = integerArgument(argument(given, 2));
      const existing = keyspace.find(key);
      const current = existing === undefined ? undefined : hashIn(existing).get(field);
      const value = (current === undefined ? 0n : integerArgument(current, 'ERR hash value is not an integer')) + by;
      if (!isInt64(value)) {
        throw new CommandError('ERR increment or decrement would overflow');
      }
      setField(keyspace, writableHash(keyspace, key), field, String(value));
      return reply.integer(value);
    },
  },
  hdel: {
    arity: -3,
    run: ({ keyspace }, given) => {
      const entry = keyspace.find(argument(given, 0));
      if (entry === undefined) {
        return reply.integer(0);
      }
      const fields = hashIn(entry);
      let removed = 0;
      let freedBytes = 0;
      for (const field of given.slice(1)) {
        const value = fields.get(field);
        if (value !== undefined) {
          fields.delete(field);
          freedBytes += fieldBytes(field, value);
          removed += 1;
        }
      }
      keyspace.resize(entry, -freedBytes);
      return reply.integer(removed);
    },
  },
} as const satisfies Record<string, Command>;

import type { Keyspace } from '../keyspace/keyspace.ts';
import { isInt64 } from '../resp/integer.ts';
import { reply } from '../resp/reply.ts';
import { argument, type Command, CommandError, integerArgument, syntaxError, textIn } from './command.ts';
import { type ExpiryUnit, invalidExpiry, relativeExpiry } from './expiry.ts';

const outOfRange = 'ERR increment or decrement would overflow';

interface SetOptions {
  readonly only: 'missing' | 'existing' | undefined;
  readonly answersOld: boolean;
  readonly keepsExpiry: boolean;
  readonly expiry: { readonly text: string; readonly unit: ExpiryUnit } | undefined;
}

/** The words behind key and value. Which of them exclude each other is Redis' `parseExtendedStringArgumentsOrReply`. */
function setOptions(words: readonly string[]): SetOptions {
  let only: SetOptions['only'];
  let answersOld = false;
  let keepsExpiry = false;
  let expiry: SetOptions['expiry'];
  for (let position = 0; position < words.length; position += 1) {
    const word = argument(words, position).toUpperCase();
    const next = words[position + 1];
    if (word === 'NX' && only !== 'existing') {
      only = 'missing';
    } else if (word === 'XX' && only !== 'missing') {
      only = 'existing';
    } else if (word === 'GET') {
      answersOld = true;
    } else if (word === 'KEEPTTL' && expiry === undefined) {
      keepsExpiry = true;
    } else if ((word === 'EX' || word === 'PX') && !keepsExpiry && next !== undefined) {
      const unit = word === 'EX' ? 's' : 'ms';
      if (expiry !== undefined && expiry.unit !== unit) {
        throw new CommandError(syntaxError);
      }
      expiry = { text: next, unit };
      position += 1;
    } else {
      throw new CommandError(syntaxError);
    }
  }
  return { only, answersOld, keepsExpiry, expiry };
}

function expiryOf({ expiry }: SetOptions, nowMs: number): number {
  if (expiry === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  if (integerArgument(expiry.text) <= 0n) {
    throw invalidExpiry('set');
  }
  return relativeExpiry('set', expiry.text, expiry.unit, nowMs);
}

/** Adds to a number that is kept as text; a missing one is 0. */
function increment(keyspace: Keyspace, key: string, by: bigint): string {
  const entry = keyspace.find(key);
  const value = (entry === undefined ? 0n : integerArgument(textIn(entry))) + by;
  if (!isInt64(value)) {
    throw new CommandError(outOfRange);
  }
  if (entry === undefined) {
    keyspace.put(key, String(value));
  } else {
    keyspace.replaceText(entry, String(value));
  }
  return reply.integer(value);
}

export const stringCommands = {
  get: {
    arity: 2,
    run: ({ keyspace, dialect }, given) => {
      const entry = keyspace.read(argument(given, 0));
      return entry === undefined ? dialect.null : reply.bulk(textIn(entry));
    },
  },
  set: {
    arity: -3,
    grows: true,
    run: ({ keyspace, dialect }, given) => {
      const [key, value] = [argument(given, 0), argument(given, 1)];
      const options = setOptions(given.slice(2));
      const expiresAtMs = expiryOf(options, keyspace.nowMs());
      const old = options.answersOld ? keyspace.read(key) : keyspace.find(key);
      const oldReply = options.answersOld && old !== undefined ? reply.bulk(textIn(old)) : dialect.null;
      if ((options.only === 'missing' && old !== undefined) || (options.only === 'existing' && old === undefined)) {
        return oldReply;
      }
      keyspace.put(key, value, options.keepsExpiry && old !== undefined ? old.expiresAtMs : expiresAtMs);
      return options.answersOld ? oldReply : reply.ok;
    },
  },
  mget: {
    arity: -2,
    run: ({ keyspace, dialect }, given) =>
      reply.array(
        given.map((key) => {
          const value = keyspace.read(key)?.value;
          return typeof value === 'string' ? reply.bulk(value) : dialect.null;
        }),
      ),
  },
  incr: { arity: 2, grows: true, run: ({ keyspace }, given) => increment(keyspace, argument(given, 0), 1n) },
  incrby: {
    arity: 3,
    grows: true,
    run: ({ keyspace }, given) => increment(keyspace, argument(given, 0), integerArgument(argument(given, 1))),
  },
} as const satisfies Record<string, Command>;

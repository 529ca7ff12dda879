import { typeOf } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { reply } from '../resp/reply.ts';
import { argument, type Command, type CommandContext, CommandError, printed, syntaxError } from './command.ts';
import { type ExpiryUnit, relativeExpiry } from './expiry.ts';

type ExpiryCondition = 'NX' | 'XX' | 'GT' | 'LT';

function expiryConditions(words: readonly string[]): Set<ExpiryCondition> {
  const conditions = new Set<ExpiryCondition>();
  for (const given of words) {
    const word = given.toUpperCase();
    if (word !== 'NX' && word !== 'XX' && word !== 'GT' && word !== 'LT') {
      throw new CommandError(`ERR Unsupported option ${printed(given)}`);
    }
    conditions.add(word);
  }
  if (conditions.has('NX') && conditions.size > 1) {
    throw new CommandError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('GT') && conditions.has('LT')) {
    throw new CommandError('ERR GT and LT options at the same time are not compatible');
  }
  return conditions;
}

/** Whether a key that expires at `currentMs` (infinite for never) may be told to expire at `atMs`. */
function mayExpire(conditions: ReadonlySet<ExpiryCondition>, currentMs: number, atMs: number): boolean {
  return (
    !(conditions.has('NX') && Number.isFinite(currentMs)) &&
    !(conditions.has('XX') && !Number.isFinite(currentMs)) &&
    !(conditions.has('GT') && atMs <= currentMs) &&
    !(conditions.has('LT') && atMs >= currentMs)
  );
}

const expire =
  (command: string, unit: ExpiryUnit): Command['run'] =>
  ({ keyspace }, given) => {
    const key = argument(given, 0);
    const conditions = expiryConditions(given.slice(2));
    const nowMs = keyspace.nowMs();
    const atMs = relativeExpiry(command, argument(given, 1), unit, nowMs);
    const entry = keyspace.find(key);
    if (entry === undefined || !mayExpire(conditions, entry.expiresAtMs, atMs)) {
      return reply.integer(0);
    }
    if (atMs <= nowMs) {
      keyspace.remove(key);
    } else {
      keyspace.expireAt(entry, atMs);
    }
    return reply.integer(1);
  };

/** −2 for a missing key, −1 for one that does not expire. */
function remainingMs(keyspace: Keyspace, key: string): number {
  const entry = keyspace.peek(key);
  if (entry === undefined) {
    return -2;
  }
  return Number.isFinite(entry.expiresAtMs) ? Math.max(0, Math.round(entry.expiresAtMs - keyspace.nowMs())) : -1;
}

const remove: Command['run'] = ({ keyspace }, given) => reply.integer(given.filter((key) => keyspace.remove(key)).length);

function flush({ keyspace }: CommandContext, given: readonly string[]): string {
  const [mode] = given;
  if (given.length > 1 || (mode !== undefined && !['SYNC', 'ASYNC'].includes(mode.toUpperCase()))) {
    throw new CommandError(syntaxError);
  }
  keyspace.clear();
  return reply.ok;
}

export const keyCommands = {
  del: { arity: -2, run: remove },
  unlink: { arity: -2, run: remove },
  exists: {
    arity: -2,
    run: ({ keyspace }, given) => reply.integer(given.filter((key) => keyspace.peek(key) !== undefined).length),
  },
  expire: { arity: -3, run: expire('expire', 's') },
  pexpire: { arity: -3, run: expire('pexpire', 'ms') },
  persist: {
    arity: 2,
    run: ({ keyspace }, given) => {
      const entry = keyspace.find(argument(given, 0));
      if (entry === undefined || !Number.isFinite(entry.expiresAtMs)) {
        return reply.integer(0);
      }
      keyspace.expireAt(entry, Number.POSITIVE_INFINITY);
      return reply.integer(1);
    },
  },
  ttl: {
    arity: 2,
    run: ({ keyspace }, given) => {
      const ms = remainingMs(keyspace, argument(given, 0));
      return reply.integer(ms < 0 ? ms : Math.floor((ms + 500) / 1000));
    },
  },
  pttl: { arity: 2, run: ({ keyspace }, given) => reply.integer(remainingMs(keyspace, argument(given, 0))) },
  type: {
    arity: 2,
    run: ({ keyspace }, given) => {
      const entry = keyspace.peek(argument(given, 0));
      return reply.simple(entry === undefined ? 'none' : typeOf(entry.value));
    },
  },
  dbsize: { arity: 1, run: ({ keyspace }) => reply.integer(keyspace.size) },
  flushall: { arity: -1, run: flush },
  flushdb: { arity: -1, run: flush },
} as const satisfies Record<string, Command>;

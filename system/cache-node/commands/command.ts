import type { Deque } from '../keyspace/deque.ts';
import type { Entry } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { readInteger } from '../resp/integer.ts';
import type { Dialect, ProtocolVersion } from '../resp/reply.ts';

/** An error reply; the text begins with its code, such as `ERR`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const notAnInteger = 'ERR value is not an integer or out of range';
export const syntaxError = 'ERR syntax error';

/** What a command may know of the server. */
export interface ServerFigures {
  readonly port: number;
  readonly connections: number;
  readonly maximumConnections: number;
  readonly connectionsReceived: number;
  readonly rejectedConnections: number;
  commandsProcessed: number;
}

/** A command with its arguments, to be run later. */
export interface Queued {
  readonly command: Command;
  readonly given: readonly string[];
}

/** Between `MULTI` and `EXEC`. */
export interface Transaction {
  readonly queued: Queued[];
  queuedBytes: number;
  /** A command was refused, so that none will run. */
  broken: boolean;
}

/** The client whose command it is. */
export interface Client {
  readonly id: number;
  readonly server: ServerFigures;
  readonly library: Partial<Record<'lib-name' | 'lib-ver', string>>;
  readonly loggedIn: boolean;
  readonly passwordIsSet: boolean;
  protocol: ProtocolVersion;
  name: string;
  transaction: Transaction | undefined;
  /** Whether the password was right. */
  logIn(password: string): boolean;
  /** As it was when it connected. */
  reset(): void;
  /** Closes the connection after the reply. */
  end(): void;
  run(queued: Queued): string;
}

/** What a command works on. */
export interface CommandContext {
  readonly keyspace: Keyspace;
  readonly session: Client;
  readonly dialect: Dialect;
}

export interface Command {
  /** Words of the whole command, its name included: exactly so many, or at least so many where negative. As in `COMMAND INFO`. */
  readonly arity: number;
  /** It may need memory: refused when nothing can be evicted. */
  readonly grows?: boolean;
  /** Taken before logging in. */
  readonly beforeLogin?: boolean;
  /** Executed at once inside `MULTI`. */
  readonly neverQueued?: boolean;
  /** Answers the reply. `given` holds the arguments behind the name. Throws `CommandError`. */
  readonly run: (context: CommandContext, given: readonly string[]) => string;
}

/** A command that takes the name of another one as its first argument. */
export interface ContainerCommand {
  readonly subcommands: Readonly<Record<string, Command>>;
}

export function wrongArgumentCount(name: string): CommandError {
  return new CommandError(`ERR wrong number of arguments for '${name}' command`);
}

/** The argument at a position that the arity guarantees. */
export function argument(given: readonly string[], position: number): string {
  const text = given[position];
  if (text === undefined) {
    throw new RangeError(`argument ${position} of ${given.length} was read`);
  }
  return text;
}

export function integerArgument(text: string, message = notAnInteger): bigint {
  const value = readInteger(text);
  if (value === undefined) {
    throw new CommandError(message);
  }
  return value;
}

/** The text of an entry that must be a string. */
export function textIn(entry: Entry): string {
  if (typeof entry.value !== 'string') {
    throw new CommandError(wrongType);
  }
  return entry.value;
}

export function hashIn(entry: Entry): Map<string, string> {
  if (!(entry.value instanceof Map)) {
    throw new CommandError(wrongType);
  }
  return entry.value;
}

export function listIn(entry: Entry): Deque {
  if (typeof entry.value === 'string' || entry.value instanceof Map) {
    throw new CommandError(wrongType);
  }
  return entry.value;
}

/** As C prints a text: up to its first NUL, and no longer than so many characters. */
export function printed(text: string, longest = text.length): string {
  const nul = text.indexOf('\0');
  return (nul < 0 ? text : text.slice(0, nul)).slice(0, longest);
}

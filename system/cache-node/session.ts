import { createHash, timingSafeEqual } from 'node:crypto';
import { type Client, type CommandContext, CommandError, type Queued, type ServerFigures, type Transaction } from './commands/command.ts';
import { resolve } from './commands/index.ts';
import type { Keyspace } from './keyspace/keyspace.ts';
import { dialects, type ProtocolVersion, reply } from './resp/reply.ts';
import { defaultLimits } from './resp/request-reader.ts';

const digest = (text: string) => createHash('sha256').update(text, 'latin1').digest();

/** One client: what it has told about itself, and what its commands answer. */
export class Session implements Client {
  readonly id: number;
  readonly server: ServerFigures;
  readonly library: Partial<Record<'lib-name' | 'lib-ver', string>> = {};
  protocol: ProtocolVersion = 2;
  name = '';
  transaction: Transaction | undefined;
  readonly #keyspace: Keyspace;
  readonly #password: string | undefined;
  #loggedIn: boolean;
  #ended = false;

  /** @param password what a client has to give; undefined lets everybody in. */
  constructor(id: number, keyspace: Keyspace, server: ServerFigures, password: string | undefined) {
    this.id = id;
    this.server = server;
    this.#keyspace = keyspace;
    this.#password = password;
    this.#loggedIn = password === undefined;
  }

  get loggedIn(): boolean {
    return this.#loggedIn;
  }

  get passwordIsSet(): boolean {
    return this.#password !== undefined;
  }

  /** Whether the connection is to be closed once everything was answered. */
  get ended(): boolean {
    return this.#ended;
  }

  logIn(password: string): boolean {
    const right = this.#password === undefined || timingSafeEqual(digest(password), digest(this.#password));
    this.#loggedIn = this.#loggedIn || right;
    return right;
  }

  reset(): void {
    this.protocol = 2;
    this.name = '';
    this.transaction = undefined;
    this.#loggedIn = this.#password === undefined;
  }

  end(): void {
    this.#ended = true;
  }

  /** Answers one command; at least one word. */
  execute(words: readonly string[]): string {
    this.server.commandsProcessed += 1;
    const name = words[0]?.toLowerCase();
    if (name === 'post' || name === 'host:') {
      // A browser that was made to speak to this port; Redis ends such a connection without a word.
      this.end();
      return '';
    }
    const resolved = resolve(words);
    if (resolved.kind === 'refused') {
      return this.#refuse(resolved.message, name);
    }
    const { command, given } = resolved;
    if (!this.#loggedIn && command.beforeLogin !== true) {
      return this.#refuse('NOAUTH Authentication required.', name);
    }
    if (!this.#keyspace.makeRoom() && command.grows === true) {
      return this.#refuse("OOM command not allowed when used memory > 'maxmemory'.");
    }
    if (this.transaction !== undefined && command.neverQueued !== true) {
      return this.#queue(this.transaction, { command, given });
    }
    return this.run({ command, given });
  }

  /** Runs a command that may be run. */
  run({ command, given }: Queued): string {
    try {
      const context: CommandContext = { keyspace: this.#keyspace, session: this, dialect: dialects[this.protocol] };
      return command.run(context, given);
    } catch (error) {
      if (error instanceof CommandError) {
        return reply.error(error.message);
      }
      throw error;
    }
  }

  #queue(transaction: Transaction, queued: Queued): string {
    transaction.queuedBytes += queued.given.reduce((sum, text) => sum + text.length, 0);
    if (transaction.queuedBytes > defaultLimits.commandBytes) {
      transaction.queued.length = 0;
      return this.#refuse(`ERR transaction above ${defaultLimits.commandBytes} bytes`);
    }
    transaction.queued.push(queued);
    return reply.simple('QUEUED');
  }

  /** A refused `EXEC` ends the transaction; any other command that is refused inside one only keeps it from running. */
  #refuse(message: string, name?: string): string {
    if (name === 'exec') {
      this.transaction = undefined;
      return reply.error(`EXECABORT Transaction discarded because of: ${message.replace(/^ERR /, '')}`);
    }
    if (this.transaction !== undefined) {
      this.transaction.broken = true;
    }
    return reply.error(message);
  }
}

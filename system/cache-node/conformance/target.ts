import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, freePort } from '../../runtime/testing/child-process.ts';
import { replyLength } from './reply-length.ts';

const run = promisify(execFile);

/** A server of Redis' protocol that was started for a test. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Stops and continues it: it keeps its connections and answers nothing meanwhile. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** The arguments of a request as an array of bulk strings. Texts have one character per byte. */
export function encodeRequest(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** A connection on which replies are read one by one, as they are on the wire. */
export class WireConnection implements AsyncDisposable {
  readonly #socket: Socket;
  #received = '';
  #closed = false;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#changed();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#changed();
    });
    // A server that ends the connection at once may reset it; what it had said stays.
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<WireConnection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The next reply. Rejects when the connection is closed before it is complete. */
  async reply(): Promise<string> {
    for (;;) {
      const length = replyLength(this.#received);
      if (length !== undefined) {
        const reply = this.#received.slice(0, length);
        this.#received = this.#received.slice(length);
        return reply;
      }
      if (this.#closed) {
        throw new Error(`the server closed the connection after ${JSON.stringify(this.#received)}`);
      }
      await this.#wake.promise;
    }
  }

  async ask(...words: string[]): Promise<string> {
    this.send(encodeRequest(words));
    return this.reply();
  }

  /** All that comes until the server closes the connection. */
  async rest(): Promise<string> {
    while (!this.#closed) {
      await this.#wake.promise;
    }
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.rest();
  }

  #changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

async function started(child: ChildProcess, port: number): Promise<Target> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  await eventually(async () => {
    if (child.exitCode !== null) {
      throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    }
    return WireConnection.open(port)
      .then(async (connection) => {
        await connection[Symbol.asyncDispose]();
        return true;
      })
      .catch(() => undefined);
  });
  return {
    port,
    pid: child.pid ?? 0,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      // A stopped process takes no other signal.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Starts the embedded cache node as a process of its own. */
export async function startCacheNode(environment: Readonly<Record<string, string>> = {}, fixedPort?: number): Promise<Target> {
  const port = fixedPort ?? (await freePort());
  const main = join(import.meta.dirname, '..', 'main.ts');
  return started(spawn(process.execPath, [main], { env: { ...environment, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] }), port);
}

/** The real Redis of this machine: `RAG_TESTBED_REDIS_BIN`, else the PATH; undefined where there is none. */
export function realRedis(): string | undefined {
  const named = process.env.RAG_TESTBED_REDIS_BIN;
  const candidates = named ? [named] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      // Not there, or not for us.
      return false;
    }
  });
}

/** Such as `7.0.15`. */
export async function redisVersion(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version']);
  return /\bv=(\d[\d.]*)/.exec(stdout)?.[1] ?? 'unknown';
}

/** Starts a real Redis with one database and nothing on disk. */
export async function startRedis(path: string, settings: readonly string[] = [], fixedPort?: number): Promise<Target> {
  const port = fixedPort ?? (await freePort());
  const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--databases', '1'];
  return started(spawn(path, [...fixed, ...settings], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/tmp' }), port);
}

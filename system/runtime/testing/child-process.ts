import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Child extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Ends it and resolves with its exit code, or null after a signal that it did not handle. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** Asks again until `read` gives something; the test's own time limit ends it. */
export async function eventually<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) {
      return value;
    }
    await wait(20);
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a process of the reference system by the name of its folder and waits until it answers `/health`. */
export async function startChild(name: string, environment: Readonly<Record<string, string>>): Promise<Child> {
  const port = await freePort();
  const main = join(import.meta.dirname, '..', '..', name, 'main.ts');
  const child = spawn(process.execPath, [main], { env: { ...environment, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  const url = `http://127.0.0.1:${port}`;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return (await ended)[0];
  };
  await eventually(async () => {
    if (child.exitCode !== null) {
      throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
    }
    return (await fetch(`${url}/health`).catch(() => undefined))?.ok === true ? true : undefined;
  });
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    stop,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        // A stopped process takes no other signal.
        await stop('SIGKILL');
      }
    },
  };
}

/** Waits until `/ready` answers 200. */
export async function ready({ url }: Child): Promise<void> {
  await eventually(async () => ((await fetch(`${url}/ready`)).ok ? true : undefined));
}

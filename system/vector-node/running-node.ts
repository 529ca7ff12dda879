import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { QdrantClient } from '@qdrant/js-client-rest';

/* Real processes for the integration tests of this folder. */

const main = new URL('./main.ts', import.meta.url).pathname;

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export interface RunningNode extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  readonly client: QdrantClient;
  stop(signal: NodeJS.Signals): Promise<void>;
}

interface Outcome {
  readonly exitCode: number | null;
  readonly stderr: string;
}

function launch(storage: string, port: number, fileLimitBlocks?: number, settings: Readonly<Record<string, string>> = {}): ChildProcess {
  const environment = {
    ...process.env,
    QDRANT__SERVICE__HOST: '127.0.0.1',
    QDRANT__SERVICE__HTTP_PORT: String(port),
    QDRANT__STORAGE__STORAGE_PATH: storage,
    QDRANT__STORAGE__SNAPSHOTS_PATH: path.join(storage, 'snapshots'),
    ...settings,
  };
  const limit = fileLimitBlocks === undefined ? '' : `ulimit -f ${fileLimitBlocks}; `;
  return spawn('/bin/sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, main], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts a node and returns when it says that it is ready; rejects with its last words when it ends before. */
export async function startNode(
  storage: string,
  fileLimitBlocks?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningNode> {
  const port = await freePort();
  const child = launch(storage, port, fileLimitBlocks, settings);
  const ended = outcomeOf(child).then(({ exitCode, stderr }) => {
    throw new Error(`the node ended with ${exitCode}: ${stderr}`);
  });
  ended.catch(() => undefined);
  if (!(await Promise.race([ready(child), ended]))) {
    await ended;
  }
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
  };
  const url = `http://127.0.0.1:${port}`;
  return { process: child, url, client: new QdrantClient({ url, timeout: 20_000 }), stop, [Symbol.asyncDispose]: () => stop('SIGKILL') };
}

/** True when the node says that it is ready, false when its output ends before. */
async function ready(child: ChildProcess): Promise<boolean> {
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('"msg":"ready"')) {
        child.stdout.resume();
        return true;
      }
    }
  }
  return false;
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const stderr: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stderr: stderr.join('') };
}

/** Starts a node that is expected to end by itself, and ends it when it gets ready instead. */
export async function startToEnd(storage: string): Promise<Outcome> {
  const child = launch(storage, await freePort());
  const ended = outcomeOf(child);
  await Promise.race([ended, ready(child).then(() => child.kill('SIGKILL'))]);
  return await ended;
}

/** One request as it is, without the client. */
export async function send(
  node: RunningNode,
  method: string,
  route: string,
  body?: string | Buffer,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${node.url}${route}`, { method, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await response.text() };
}

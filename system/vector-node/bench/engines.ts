import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../running-node.ts';

/** A server that speaks Qdrant's REST interface, started for the benchmark alone. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

const nodeMain = new URL('../main.ts', import.meta.url).pathname;
const startTimeoutMs = 30_000;

interface Started {
  readonly child: ChildProcess;
  readonly storage: string;
}

/** What runs and is to be gone when this process ends. */
const started = new Set<Started>();
let endsAllAtExit = false;

function removeStorage(storage: string): void {
  // A process that was just killed may still write a file.
  rmSync(storage, { recursive: true, force: true, maxRetries: 10 });
}

/** However this process ends, by a signal or an error, what it started ends with it. */
function endAllAtExit(): void {
  if (endsAllAtExit) {
    return;
  }
  endsAllAtExit = true;
  process.on('exit', () => {
    for (const { child, storage } of started) {
      child.kill('SIGKILL');
      removeStorage(storage);
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok === true) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} was not ready in ${startTimeoutMs} ms (exit code ${child.exitCode})`);
}

async function start(name: string, command: string, args: readonly string[]): Promise<Engine> {
  const port = await freePort();
  const grpcPort = await freePort();
  endAllAtExit();
  const storage = mkdtempSync(path.join(tmpdir(), 'vector-node-bench-'));
  const child = spawn(command, args, {
    cwd: storage,
    stdio: 'ignore',
    env: {
      ...process.env,
      QDRANT__SERVICE__HOST: '127.0.0.1',
      QDRANT__SERVICE__HTTP_PORT: String(port),
      QDRANT__SERVICE__GRPC_PORT: String(grpcPort),
      QDRANT__STORAGE__STORAGE_PATH: path.join(storage, 'storage'),
      QDRANT__STORAGE__SNAPSHOTS_PATH: path.join(storage, 'snapshots'),
      QDRANT__TELEMETRY_DISABLED: 'true',
      // As the platforms start it: see harness/rendering/environment.ts.
      MALLOC_MMAP_THRESHOLD_: '65536',
      MALLOC_TRIM_THRESHOLD_: '131072',
    },
  });
  const entry = { child, storage };
  started.add(entry);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    }
    removeStorage(storage);
    started.delete(entry);
  };
  try {
    await waitUntilReady(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, url, pid: child.pid as number, [Symbol.asyncDispose]: stop };
}

export async function startEmbedded(): Promise<Engine> {
  return await start('embedded', process.execPath, [nodeMain]);
}

/** Undefined when no binary is named. */
export async function startReal(): Promise<Engine | undefined> {
  const binary = process.env.RAG_TESTBED_QDRANT_BIN;
  return binary === undefined || binary === '' ? undefined : await start('Qdrant', binary, []);
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  if (process.platform === 'linux') {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1]) * 1024;
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startNode } from '../running-node.ts';
import type { Profile } from './recording.ts';
import type { ReplayTarget } from './replay.ts';

/** A fresh server on an empty folder, which goes away with it. */
export interface StartedTarget extends ReplayTarget, AsyncDisposable {}

const keys = { QDRANT__SERVICE__API_KEY: 'rw-key', QDRANT__SERVICE__READ_ONLY_API_KEY: 'ro-key' };
const startWithinMs = 30_000;

/** The embedded node. It has no cluster mode, so that profile gets a node that stands alone. */
export async function startEmbedded(profile: Profile): Promise<StartedTarget> {
  const storage = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  const snapshotsDirectory = path.join(storage, 'snapshots');
  const node = await startNode(storage, undefined, profile === 'keys' ? keys : {});
  return {
    url: node.url,
    snapshotsDirectory,
    peerUri: node.url,
    [Symbol.asyncDispose]: async () => {
      await node.stop('SIGKILL');
      await rm(storage, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

/** A real Qdrant from an executable. */
export async function startQdrant(executable: string, profile: Profile): Promise<StartedTarget> {
  const storage = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  const snapshotsDirectory = path.join(storage, 'snapshots');
  const [httpPort, grpcPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const peerUri = `http://127.0.0.1:${peerPort}/`;
  const child = spawn(executable, ['--disable-telemetry', ...(profile === 'cluster' ? ['--uri', peerUri] : [])], {
    cwd: storage,
    env: {
      ...process.env,
      QDRANT__SERVICE__HOST: '127.0.0.1',
      QDRANT__SERVICE__HTTP_PORT: String(httpPort),
      QDRANT__SERVICE__GRPC_PORT: String(grpcPort),
      QDRANT__STORAGE__STORAGE_PATH: path.join(storage, 'storage'),
      QDRANT__STORAGE__SNAPSHOTS_PATH: snapshotsDirectory,
      QDRANT__LOG_LEVEL: 'WARN',
      ...(profile === 'keys' ? keys : {}),
      ...(profile === 'cluster' ? { QDRANT__CLUSTER__ENABLED: 'true', QDRANT__CLUSTER__P2P__PORT: String(peerPort) } : {}),
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const deadlineMs = performance.now() + startWithinMs;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop(child);
      throw new Error(`${executable} was not ready within ${startWithinMs} ms (exit code ${child.exitCode})`);
    }
    await sleep(50);
  }
  return {
    url,
    snapshotsDirectory,
    peerUri,
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      await rm(storage, { recursive: true, force: true });
    },
  };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Component } from '../../contract/result.ts';
import { cacheNodeEnvironment } from '../../rendering/environment.ts';
import { cacheMemoryMiB } from '../../rendering/quotas.ts';
import { redisSettings } from '../../rendering/redis-settings.ts';
import { randomSecret } from '../api-keys.ts';
import { askCacheEngine } from '../cache-engine-version.ts';
import { loopback } from '../loopback.ts';
import type { ProcessSpecification } from './leashed-process.ts';
import type { Part } from './local-system.ts';
import { type Probe, waitUntilReady } from './readiness.ts';
import { announce, listening, nodeProcess, type Start } from './start-server.ts';
import { redisVariable } from './vector-engine.ts';

const id = 'redis';

interface StartedCache {
  /** With its password: every user of the machine can reach the port. */
  readonly url: string;
  readonly component: Component;
}

type Runs = Pick<ProcessSpecification, 'command' | 'arguments' | 'environment'>;

/** A real Redis takes its password from a file, because every user of the machine can read a command line. */
async function realRedis({ request }: Start, executable: string, directory: string, password: string, port: number): Promise<Runs> {
  const settings = {
    ...redisSettings(request.topology),
    bind: loopback,
    port: String(port),
    dir: directory,
    requirepass: password,
    daemonize: 'no',
    // Its title would be written over its environment, by which leftovers of a run are found.
    'set-proc-title': 'no',
  };
  const file = join(directory, 'redis.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${name === 'dir' ? JSON.stringify(value) : value}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return { command: executable, arguments: [file], environment: {} };
}

/**
 * Node collects what was evicted only as its heap grows towards its limit: without one of its own the process took 5.4 times
 * what it keeps (128 MiB of values of 6 kB replaced without end: 693 MiB resident), with this one 3.0 times (385 MiB), for the same CPU time.
 */
function embeddedNode(start: Start, password: string, port: number): Runs {
  const heapMiB = 2 * cacheMemoryMiB(start.request.topology) + 64;
  const { command, arguments: words } = nodeProcess(start, 'cache-node');
  return {
    command,
    arguments: [`--max-old-space-size=${heapMiB}`, ...words],
    environment: cacheNodeEnvironment(start.wiring, password, listening(port)),
  };
}

/**
 * Starts the one Redis of a topology, or the embedded cache node where the machine has none; undefined where the topology has no
 * cache.
 */
export async function startCacheTier(start: Start): Promise<StartedCache | undefined> {
  const { context, directories, ports, redis, request, signal, system } = start;
  if (request.topology.cache === undefined) {
    return undefined;
  }
  const directory = join(directories.variantState, id);
  await mkdir(directory, { recursive: true });
  const password = randomSecret();
  return ports.startOn(async (port) => {
    const startedMs = performance.now();
    const runs = redis === undefined ? embeddedNode(start, password, port) : await realRedis(start, redis, directory, password, port);
    signal.throwIfAborted();
    const process = await context.leash.spawn({
      id,
      ...runs,
      environment: { ...context.environmentOf(`${system.variant}/${id}`), ...runs.environment },
      workingDirectory: directory,
      logFile: join(directories.logs, `${id}.log`),
    });
    const url = `redis://:${password}@${loopback}:${port}`;
    const probe: Probe = async (ended) => {
      ended.throwIfAborted();
      await askCacheEngine(url);
    };
    try {
      const hint = redis === undefined ? {} : { hint: `${redis} was started: is that Redis 7 or newer? ${redisVariable} names another` };
      await waitUntilReady({ process, probe, probed: `INFO server on ${loopback}:${port}`, signal, ...hint });
    } catch (error) {
      await process.stop(0);
      throw error;
    }
    const part: Part = { tier: 'redis', id, position: 0, process, port };
    system.add(part);
    announce(start, part, performance.now() - startedMs);
    return { url, component: { tier: 'redis', ...(await askCacheEngine(url)) } };
  });
}

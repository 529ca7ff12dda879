import { join } from 'node:path';
import type { Tier } from '../../contract/topology.ts';
import type { Environment, Wiring } from '../../rendering/environment.ts';
import { localUrl, loopback } from '../loopback.ts';
import type { StartRequest } from '../platform.ts';
import type { Ports } from '../ports.ts';
import type { LocalSystem, Part } from './local-system.ts';
import { httpProbe, waitUntilReady } from './readiness.ts';
import type { RunContext } from './run-context.ts';
import type { VariantDirectories } from './run-directory.ts';

export interface StartContext {
  readonly request: StartRequest;
  readonly wiring: Wiring;
  readonly context: RunContext;
  /** Receives each part as soon as it is ready. */
  readonly system: LocalSystem;
  readonly ports: Ports;
  readonly directories: VariantDirectories;
  readonly apiKeysFile: string;
  readonly systemDirectory: string;
  /** For the Node of every process of the system. */
  readonly nodeArguments: readonly string[];
  /** A real Qdrant; the embedded vector node serves where absent. */
  readonly qdrant: string | undefined;
  /** A real Redis; the embedded cache node serves where absent. */
  readonly redis: string | undefined;
  readonly projectVersion: string;
}

/** A start that is under way; its signal ends it. */
export type Start = StartContext & { readonly signal: AbortSignal };

interface ServerSpecification {
  readonly tier: Tier;
  readonly id: string;
  readonly position: number;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  readonly readyPath: string;
  readonly fixedPort?: number | undefined;
  readonly hint?: string;
  environment(port: number): Promise<Environment> | Environment;
}

export const listening = (port: number) => ({ host: loopback, port });

export function positions(count: number): number[] {
  return Array.from({ length: count }, (_, position) => position);
}

export function announce({ request }: Start, { id, port, process }: Part, readyMs: number): void {
  request.onEvent?.(`${request.variant}: ${id} ready after ${Math.round(readyMs)} ms (port ${port}, pid ${process.pid})`);
}

/** Starts a server that tells over HTTP when it is ready. */
export async function startServer(start: Start, server: ServerSpecification): Promise<Part> {
  const { context, directories, ports, signal, system } = start;
  return ports.startOn(async (port) => {
    const environment = await server.environment(port);
    signal.throwIfAborted();
    const process = await context.leash.spawn({
      id: server.id,
      command: server.command,
      arguments: server.arguments,
      environment: { ...context.environmentOf(`${system.variant}/${server.id}`), ...environment },
      workingDirectory: server.workingDirectory,
      logFile: join(directories.logs, `${server.id}.log`),
    });
    const url = `${localUrl(port)}${server.readyPath}`;
    try {
      const hint = server.hint === undefined ? {} : { hint: server.hint };
      const readyMs = await waitUntilReady({ process, probe: httpProbe(url), probed: `GET ${url}`, signal, ...hint });
      const part = { tier: server.tier, id: server.id, position: server.position, process, port };
      system.add(part);
      announce(start, part, readyMs);
      return part;
    } catch (error) {
      await process.stop(0);
      throw error;
    }
  }, server.fixedPort);
}

/** A process of the reference system: our Node runs its `main.ts`. */
export function nodeProcess(
  start: Start,
  folder: string,
  nodeArguments: readonly string[] = [],
): Pick<ServerSpecification, 'command' | 'arguments' | 'workingDirectory'> {
  return {
    command: process.execPath,
    arguments: [...start.nodeArguments, ...nodeArguments, join(start.systemDirectory, folder, 'main.ts')],
    workingDirectory: start.directories.variantState,
  };
}

/**
 * Waits for all; the first that fails ends the waiting of the others. All have ended by the time this rejects, so that
 * nothing appears after the cleaning.
 */
export async function together<T>(tasks: readonly Promise<T>[], abort: AbortController): Promise<T[]> {
  const guarded = tasks.map((task) =>
    task.catch((error: unknown) => {
      abort.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(guarded);
  abort.signal.throwIfAborted();
  return Promise.all(guarded);
}

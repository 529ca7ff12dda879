import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../contract/failure.ts';
import type { Wiring } from '../../rendering/environment.ts';
import { createApiKeys, keyRecords, randomSecret } from '../api-keys.ts';
import type { Platform, RunningSystem, StartRequest } from '../platform.ts';
import { Ports } from '../ports.ts';
import { SharedContexts } from '../shared-context.ts';
import { LocalSystem } from './local-system.ts';
import { RunContext } from './run-context.ts';
import { prepareVariantDirectories } from './run-directory.ts';
import { startParts } from './start-parts.ts';
import { executableNamedBy, qdrantVariable, redisExecutable } from './vector-engine.ts';

export interface LocalPlatformOptions {
  /** The runner's environment: names the engines to use. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Holds `<process>/main.ts` of the reference system. */
  readonly systemDirectory?: string;
  /** For the Node of every process of the system, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

function requireSupportedSystem(): void {
  if (process.platform === 'win32') {
    throw new Failure('environment', 'system_not_supported', 'the local platform needs Linux or macOS, this is Windows', {
      hint: 'run it in the Windows Subsystem for Linux',
    });
  }
}

function wiringOf({ topology, dimensions, conceptCount, conceptSeed }: StartRequest): Wiring {
  return { topology, dimensions, conceptCount, conceptSeed, internalToken: randomSecret() };
}

async function projectVersion(): Promise<string> {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** Runs the reference system as child processes on 127.0.0.1; nothing has to be installed. */
export class LocalPlatform implements Platform {
  readonly id = 'local';
  readonly #environment: NodeJS.ProcessEnv;
  readonly #systemDirectory: string;
  readonly #nodeArguments: readonly string[];
  readonly #ports = new Ports();
  readonly #runs = new SharedContexts<RunContext>((context) => context.close());

  constructor({ environment = process.env, systemDirectory, nodeArguments = [] }: LocalPlatformOptions = {}) {
    this.#nodeArguments = nodeArguments;
    this.#environment = environment;
    this.#systemDirectory = systemDirectory ?? fileURLToPath(new URL('../../../system', import.meta.url));
  }

  /** Every part is a child of this process. */
  ownPids(): readonly number[] {
    return [];
  }

  async start(request: StartRequest): Promise<RunningSystem> {
    requireSupportedSystem();
    const qdrant = executableNamedBy(qdrantVariable, this.#environment);
    // Looked for whether or not the topology has a cache: a wrong value must not be taken for a working one.
    const redis = redisExecutable(this.#environment);
    if (request.gatewayPort !== undefined) {
      await this.#ports.requireFree(request.gatewayPort);
    }
    const directories = await prepareVariantDirectories(request.runDirectory, request.variant);
    const version = await projectVersion();
    const apiKeys = createApiKeys(request.tenants);
    const apiKeysFile = join(directories.variantState, 'api-keys.json');
    await writeFile(apiKeysFile, JSON.stringify(keyRecords(apiKeys), undefined, 2), { mode: 0o600 });

    const context = await this.#runs.acquire(request.runDirectory, async () =>
      RunContext.open(request.runId, request.runDirectory, this.#environment),
    );
    const system = new LocalSystem(request.variant, apiKeys, directories.variantState, async (parts) => {
      for (const { port } of parts) {
        this.#ports.release(port);
      }
      await this.#runs.release(request.runDirectory);
    });
    try {
      await startParts({
        request,
        context,
        system,
        ports: this.#ports,
        directories,
        apiKeysFile,
        systemDirectory: this.#systemDirectory,
        nodeArguments: this.#nodeArguments,
        qdrant,
        redis,
        projectVersion: version,
        wiring: wiringOf(request),
      });
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }
}

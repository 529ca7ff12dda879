import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers';
import { Failure } from '../../contract/failure.ts';
import { loopback } from '../loopback.ts';
import { askEngine, engineEndpoint, engineFailure, engineHints, probeEngine } from './engine-probe.ts';

/** The client of the engine's API that testcontainers itself uses. */
export type EngineClient = ContainerRuntimeClient['container']['dockerode'];

const openLimitMs = 15_000;

/** An engine that answers, and what it has to give. */
export interface Engine {
  readonly client: EngineClient;
  readonly version: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly cgroupVersion: 1 | 2;
  readonly storageDriver: string;
  readonly architecture: string;
}

interface EngineInfo {
  readonly ID: string;
  readonly ServerVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly CgroupVersion?: string;
  readonly Driver: string;
  readonly Architecture: string;
}

/**
 * Where testcontainers itself runs in a container and the engine's bridge names no gateway, it asks a container of an image
 * that it pulls for the host of published ports. Ours are published on 127.0.0.1, and nothing may be pulled unasked.
 */
function nameHost(): void {
  if (engineEndpoint().startsWith('unix:')) {
    process.env.TESTCONTAINERS_HOST_OVERRIDE ??= loopback;
  }
}

/** testcontainers looks for the engine without a limit of its own, and says only that it found none. */
async function openClient(): Promise<EngineClient> {
  nameHost();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${openLimitMs} ms`)), openLimitMs);
  try {
    return (await Promise.race([getContainerRuntimeClient(), late.promise])).container.dockerode;
  } catch (error) {
    throw new Failure('environment', 'engine_not_answering', `the Docker engine at ${engineEndpoint()} cannot be used: ${String(error)}`, {
      hint: engineHints['no-answer'],
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** testcontainers goes on to the next place without a word when the first does not answer everything. */
async function requireSameEngine(id: string): Promise<void> {
  const endpoint = engineEndpoint();
  const { ID: asked } = (await askEngine(endpoint, '/info')) as Pick<EngineInfo, 'ID'>;
  if (asked !== id) {
    throw new Failure('environment', 'engine_not_answering', `testcontainers found another Docker engine than the one at ${endpoint}`, {
      hint: engineHints['no-answer'],
    });
  }
}

/**
 * Opens the engine.
 * @throws Failure `environment` (75): absent, not permitted, too old or not answering, each with a hint.
 */
export async function openEngine(): Promise<Engine> {
  // A plain question first: its errors name the reason.
  const probe = await probeEngine();
  const isLocal = engineEndpoint().startsWith('unix:');
  if (probe.found !== 'engine' && isLocal) {
    throw engineFailure(probe);
  }
  const client = await openClient();
  const info = (await client.info()) as EngineInfo;
  if (isLocal) {
    await requireSameEngine(info.ID);
  }
  return {
    client,
    version: info.ServerVersion,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    storageDriver: info.Driver,
    architecture: info.Architecture,
  };
}

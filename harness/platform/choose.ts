import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import type { Result } from '../contract/result.ts';
import type { Capability } from '../contract/scenario.ts';
import type { Topology } from '../contract/topology.ts';
import type { NamedImages } from './docker/choose-images.ts';
import { type EngineProbe, engineFailure, engineHints, probeEngine } from './docker/engine-probe.ts';
import { imageLabels } from './docker/images/names.ts';
import { qdrantVariable } from './local/vector-engine.ts';
import type { Platform } from './platform.ts';

/** What `--platform` accepts. */
export const requestedPlatforms = ['auto', 'docker', 'local'] as const;
export type RequestedPlatform = (typeof requestedPlatforms)[number];

export interface PlatformChoice {
  /** For the report: which, and why in a sentence. */
  readonly description: Result['platform'];
  /** What a variant may require; `why` says what to do about one that is absent. */
  readonly capabilities: Readonly<Record<Capability, { readonly present: boolean; readonly why: string }>>;
  create(): Platform;
}

export interface PlatformRequest {
  readonly requested?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Images that the command line names. */
  readonly images?: NamedImages;
  /** What is to be started; not every topology needs every image. */
  readonly topologies?: readonly Pick<Topology, 'cache'>[];
  /** What is where an engine is expected, when somebody has looked already. */
  readonly probe?: EngineProbe | undefined;
}

/** Where to look, with nothing left open. */
interface Place extends Required<Pick<PlatformRequest, 'environment' | 'images' | 'topologies'>>, Pick<PlatformRequest, 'probe'> {}

const realQdrant = { present: true, why: 'a real Qdrant serves the vectors' };

async function chooseLocal(requested: RequestedPlatform, why: string, environment: NodeJS.ProcessEnv): Promise<PlatformChoice> {
  const { LocalPlatform } = await import('./local/local-platform.ts');
  return {
    description: { id: 'local', requested, why },
    capabilities: {
      quotas: { present: false, why: 'the processes of the local platform share the machine as they like; --platform docker has quotas' },
      qdrant: environment[qdrantVariable]
        ? realQdrant
        : {
            present: false,
            why: `the embedded vector node has no cluster; name a real Qdrant by ${qdrantVariable} or use its image on --platform docker`,
          },
      'network-delay': { present: true, why: 'relays keep what passes between two processes' },
    },
    create: () => new LocalPlatform({ environment }),
  };
}

interface FoundEngine {
  readonly engine: string;
  /** Why a run could not start with what is on the machine; absent when it could. */
  readonly lack?: string;
  readonly standIns: readonly string[];
  readonly isRealQdrant: boolean;
}

/** Looks at the engine and its images; the client is only loaded where an engine answers. */
async function lookAtEngine({ environment, images: commandLine, topologies }: Place): Promise<FoundEngine> {
  const [{ openEngine }, { chooseImages }, { rolesOf, staleness }] = await Promise.all([
    import('./docker/engine.ts'),
    import('./docker/choose-images.ts'),
    import('./docker/images-of-run.ts'),
  ]);
  const { client, version, cgroupVersion } = await openEngine();
  const images = await chooseImages(client, { commandLine, environment });
  const needed = rolesOf(topologies).map((role) => images[role]);
  const missing = needed.filter(({ found }) => found === undefined);
  const stale = (await Promise.all(needed.map(async (image) => (await staleness(image)) && image))).filter((image) => image !== false);
  const lack = [
    ...(missing.length === 0
      ? []
      : [`${missing.map(({ name }) => name).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not on this machine`]),
    ...(stale.length === 0
      ? []
      : [`${stale.map(({ name }) => name).join(', ')} ${stale.length === 1 ? 'was' : 'were'} built from other sources`]),
  ].join(' and ');
  return {
    engine: `Docker Engine ${version}, cgroup version ${cgroupVersion}`,
    ...(lack === '' ? {} : { lack }),
    standIns: needed.filter(({ standIn }) => standIn).map(({ role }) => role),
    isRealQdrant: images.qdrant.found?.labels[imageLabels.standIn] === undefined,
  };
}

async function chooseDocker(
  requested: RequestedPlatform,
  why: string,
  { engine, isRealQdrant }: FoundEngine,
  { environment, images }: Place,
): Promise<PlatformChoice> {
  const { DockerPlatform } = await import('./docker/docker-platform.ts');
  return {
    description: { id: 'docker', requested, why, engine },
    capabilities: {
      quotas: { present: true, why: 'containers have CPU and memory quotas' },
      qdrant: isRealQdrant
        ? realQdrant
        : {
            present: false,
            why: 'the image of the vector store is a stand-in, which has no cluster; pull the real one or name it by RAG_TESTBED_QDRANT_IMAGE',
          },
      'network-delay': { present: false, why: 'nothing delays messages between containers here; --platform local does' },
    },
    create: () => new DockerPlatform({ environment, images, mayPull: requested === 'docker' }),
  };
}

const standInNote = ({ standIns }: FoundEngine) => (standIns.length === 0 ? '' : ` (stand-ins for ${standIns.join(', ')})`);

/** `auto` takes Docker only when a run could start at once: nothing is pulled or built behind the user's back. */
async function chooseByLooking(request: Place): Promise<PlatformChoice> {
  const probe = request.probe ?? (await probeEngine(request.environment));
  if (probe.found !== 'engine') {
    const why = `auto takes the local platform: no usable Docker engine at ${probe.endpoint} (${probe.why}); to get the other: ${engineHints[probe.found].replace(/, or use --platform local$/, '')}, then npm run images`;
    return chooseLocal('auto', why, request.environment);
  }
  const found = await lookAtEngine(request);
  if (found.lack !== undefined) {
    const why = `auto takes the local platform: ${found.engine} answers, but ${found.lack}; to get the other: npm run images`;
    return chooseLocal('auto', why, request.environment);
  }
  return chooseDocker(
    'auto',
    `auto takes Docker: the engine answers and every image is on this machine${standInNote(found)}; to get the other: --platform local`,
    found,
    request,
  );
}

/**
 * Decides on which platform a run happens, and why.
 * @throws Failure `usage` (64) for a platform that does not exist, `environment` (75) when Docker was asked for and its
 * engine cannot be used.
 */
export async function choosePlatform({
  requested = 'auto',
  environment = process.env,
  images = {},
  topologies = [],
  probe: known,
}: PlatformRequest = {}): Promise<PlatformChoice> {
  const request = { environment, images, topologies, probe: known };
  switch (requestedPlatforms.find((platform) => platform === requested)) {
    case undefined: {
      const meant = nearest(requested, requestedPlatforms);
      const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
      throw new Failure('usage', 'unknown_platform', `"${requested}" is not a platform`, {
        hint: `choose one of ${requestedPlatforms.join(', ')}${suggestion}`,
      });
    }
    case 'auto':
      return chooseByLooking(request);
    case 'local':
      return chooseLocal('local', 'the local platform was asked for', environment);
    case 'docker': {
      const probe = known ?? (await probeEngine(environment));
      if (probe.found !== 'engine') {
        throw engineFailure(probe);
      }
      const found = await lookAtEngine(request);
      return chooseDocker('docker', `Docker was asked for${standInNote(found)}`, found, request);
    }
  }
}

import { Failure } from '../../../contract/failure.ts';
import type { Engine, EngineClient } from '../engine.ts';
import { type ImageRole, imageLabels, imageRoles, projectVersion, roleImages } from './names.ts';
import { openRegistries, type Registries } from './registry.ts';
import { sourcesHash } from './sources.ts';
import { buildStandIn, standInLabels, standIns } from './stand-ins/index.ts';
import { buildSystemImage, systemBaseImages } from './system-image.ts';

/** An image that is there now. */
export interface PreparedImage {
  readonly role: ImageRole;
  readonly image: string;
  readonly standIn: boolean;
  readonly engine: string;
  readonly engineVersion: string;
  readonly sizeBytes: number;
  /** `kept` was there and is up to date. */
  readonly outcome: 'built' | 'pulled' | 'kept';
  readonly elapsedMs: number;
}

/** A role for which there is no image. */
export interface UnpreparedRole {
  readonly role: ImageRole;
  readonly failure: Failure;
}

export interface PreparedImages {
  readonly images: readonly PreparedImage[];
  readonly failed: readonly UnpreparedRole[];
}

export interface PrepareRequest {
  readonly roles: readonly ImageRole[];
  /** Asks no registry. */
  readonly standInsOnly: boolean;
  /** Builds again what is up to date. */
  readonly force: boolean;
  readonly signal?: AbortSignal;
  /** One line for each thing that is begun or decided. */
  readonly tell: (line: string) => void;
  /** What the engine says meanwhile, many lines. */
  readonly detail?: (line: string) => void;
}

const keptFor = '10m';
/** The Dockerfile's build stage carries it; the engine keeps each one, which is what makes the next build quick. */
const builderLabel = 'rag-testbed.stage=builder';
const realEngines: Record<ImageRole, string> = { system: 'rag-testbed', qdrant: 'Qdrant', redis: 'Redis', postgres: 'PostgreSQL' };

interface ImageFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

async function factsOf(client: EngineClient, image: string): Promise<ImageFacts | undefined> {
  try {
    const { Config: config, Size: sizeBytes } = await client.getImage(image).inspect();
    // Labels are null on an image without any.
    return { labels: config.Labels ?? {}, sizeBytes };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) {
      return undefined;
    }
    throw error;
  }
}

/** The version in a pinned tag: `18.0` of `postgres:18.0-alpine`. */
function versionInTag(image: string): string {
  return /:v?(\d[\d.]*)/.exec(image)?.[1] ?? 'unknown';
}

/** A stand-in is made of this machine's programs, so they must be the engine's too. */
const engineArchitectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

function refuseForeignEngine({ architecture }: Engine): void {
  const ours = engineArchitectures[process.arch];
  if (architecture !== ours && architecture !== process.arch) {
    throw new Failure('environment', 'foreign_engine', `the engine runs on ${architecture}, this machine is ${process.arch}`, {
      hint: 'stand-ins are made of the programs of this machine; let the engine reach a registry',
    });
  }
}

/** Everything that one preparation shares. */
interface Preparation extends PrepareRequest {
  readonly platform: Engine;
  readonly client: EngineClient;
  readonly version: string;
  readonly sources: string;
  readonly registries: Registries;
  /** Why no real image is to be had, said once for each registry. */
  readonly said: Set<string>;
}

async function described(
  { client }: Preparation,
  role: ImageRole,
  image: string,
  outcome: PreparedImage['outcome'],
  startedMs: number,
): Promise<PreparedImage> {
  const { labels = {}, sizeBytes = 0 } = (await factsOf(client, image)) ?? {};
  return {
    role,
    image,
    standIn: labels[imageLabels.standIn] !== undefined,
    engine: labels[imageLabels.engine] ?? realEngines[role],
    engineVersion: labels[imageLabels.engineVersion] ?? versionInTag(image),
    sizeBytes,
    outcome,
    elapsedMs: Math.round(performance.now() - startedMs),
  };
}

async function standInFor(preparation: Preparation, role: ImageRole): Promise<PreparedImage> {
  const { platform, client, version, sources, force, signal, tell, detail } = preparation;
  const startedMs = performance.now();
  refuseForeignEngine(platform);
  const name = roleImages(version)[role].standIn;
  const standIn = await standIns[role]();
  const labels = standInLabels(role, standIn, sources);
  const present = await factsOf(client, name);
  const isCurrent = Object.entries(labels).every(([label, value]) => present?.labels[label] === value);
  if (isCurrent && !force) {
    return await described(preparation, role, name, 'kept', startedMs);
  }
  if (standIn.base !== undefined) {
    await standInFor({ ...preparation, force: false }, standIn.base);
  }
  tell(`building ${name} from ${standIn.engine} ${standIn.engineVersion}`);
  const baseImage = standIn.base === undefined ? '' : roleImages(version)[standIn.base].standIn;
  await buildStandIn(client, standIn, baseImage, { name, labels, signal, ...(detail === undefined ? {} : { onLine: detail }) });
  return await described(preparation, role, name, 'built', startedMs);
}

/** Sees that an image is here; says once for each registry why it cannot be had. */
async function fetched({ registries, said, tell, detail }: Preparation, image: string): Promise<'present' | 'pulled' | 'absent'> {
  const answer = await registries.fetch(image, detail);
  if (!('reason' in answer)) {
    return answer.outcome;
  }
  const { outcome, registry, reason } = answer;
  const line = outcome === 'unreachable' ? `${registry} cannot be reached (${reason})` : `${registry} does not give ${image} (${reason})`;
  if (!said.has(line)) {
    said.add(line);
    tell(`${line}: taking stand-ins instead`);
  }
  return 'absent';
}

async function realSystem(preparation: Preparation): Promise<PreparedImage | undefined> {
  const { client, version, sources, force, signal, tell, detail } = preparation;
  const startedMs = performance.now();
  const name = roleImages(version).system.real;
  const present = await factsOf(client, name);
  if (present?.labels[imageLabels.sources] === sources && !force) {
    return await described(preparation, 'system', name, 'kept', startedMs);
  }
  for (const image of Object.values(await systemBaseImages())) {
    if ((await fetched(preparation, image)) === 'absent') {
      return undefined;
    }
  }
  tell(`building ${name} from the Dockerfile`);
  await buildSystemImage(client, { name, signal, ...(detail === undefined ? {} : { onLine: detail }) });
  return await described(preparation, 'system', name, 'built', startedMs);
}

async function realEngine(preparation: Preparation, role: ImageRole): Promise<PreparedImage | undefined> {
  const startedMs = performance.now();
  const name = roleImages(preparation.version)[role].real;
  const outcome = await fetched(preparation, name);
  return outcome === 'absent' ? undefined : await described(preparation, role, name, outcome === 'pulled' ? 'pulled' : 'kept', startedMs);
}

/**
 * An image whose name a newer one took stays while a container or another image needs it; this removes those that nobody needs
 * any more. Young ones are left alone: another build may be in the middle of them.
 */
async function removeOutdated(client: EngineClient): Promise<void> {
  for (const label of [imageLabels.sources, builderLabel]) {
    await client.pruneImages({ filters: JSON.stringify({ dangling: ['true'], label: [label], until: [keptFor] }) });
  }
}

async function imageFor(preparation: Preparation, role: ImageRole): Promise<PreparedImage> {
  if (preparation.standInsOnly) {
    return await standInFor(preparation, role);
  }
  const real = role === 'system' ? await realSystem(preparation) : await realEngine(preparation, role);
  return real ?? (await standInFor(preparation, role));
}

/**
 * Sees that there is an image for each role: the real one where it is here or can be pulled or built, otherwise a stand-in. What
 * this machine cannot provide is returned with its reason and does not keep the others from being built.
 * @throws whatever aborted `signal`.
 */
export async function prepareImages(platform: Engine, request: PrepareRequest): Promise<PreparedImages> {
  const { client } = platform;
  const preparation: Preparation = {
    ...request,
    platform,
    client,
    version: await projectVersion(),
    sources: await sourcesHash(),
    registries: openRegistries(client, request.signal),
    said: new Set(),
  };
  const images: PreparedImage[] = [];
  const failed: UnpreparedRole[] = [];
  for (const role of imageRoles.filter((candidate) => request.roles.includes(candidate))) {
    request.signal?.throwIfAborted();
    try {
      images.push(await imageFor(preparation, role));
    } catch (error) {
      request.signal?.throwIfAborted();
      if (!(error instanceof Failure)) {
        throw error;
      }
      failed.push({ role, failure: error });
    }
  }
  if (images.some(({ outcome }) => outcome === 'built')) {
    await removeOutdated(client);
  }
  return { images, failed };
}

import { Failure } from '../../contract/failure.ts';
import type { ImageRole, Topology } from '../../contract/topology.ts';
import { type ChosenImage, chooseImages, imageMissing, type NamedImages } from './choose-images.ts';
import type { EngineClient } from './engine.ts';
import { imageLabels } from './images/names.ts';
import { sourcesHash } from './images/sources.ts';

export interface ImagesRequest {
  readonly commandLine: NamedImages;
  readonly environment: NodeJS.ProcessEnv;
  readonly topology: Pick<Topology, 'images'>;
  readonly mayPull: boolean;
  readonly onEvent?: ((message: string) => void) | undefined;
}

async function pull(client: EngineClient, image: ChosenImage, onEvent: ImagesRequest['onEvent']): Promise<void> {
  onEvent?.(`pulling ${image.name}`);
  try {
    const stream: NodeJS.ReadableStream = await client.pull(image.name);
    await new Promise<void>((resolve, reject) => {
      client.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
    });
  } catch (error) {
    throw imageMissing(image, `it could not be pulled: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The roles that every topology of today needs; Redis only those with a cache. */
export const rolesOfEveryTopology = ['system', 'qdrant', 'postgres'] as const;

/** The roles that these topologies need together. */
export function rolesOf(topologies: readonly Pick<Topology, 'cache'>[]): readonly ImageRole[] {
  return topologies.some(({ cache }) => cache !== undefined) ? [...rolesOfEveryTopology, 'redis'] : rolesOfEveryTopology;
}

/** True for an image of our own making whose sources are not those in this folder. One that somebody named is their affair. */
export async function staleness({ source, found }: ChosenImage): Promise<boolean> {
  const built = found?.labels[imageLabels.sources];
  return built !== undefined && (source === 'default' || source === 'stand-in') && built !== (await sourcesHash());
}

/** Such an image would measure yesterday's system under today's name. */
async function requireFresh(image: ChosenImage): Promise<void> {
  const { role, name } = image;
  if (await staleness(image)) {
    throw new Failure('environment', 'image_stale', `the ${role} image ${name} was built from other sources than those in this folder`, {
      hint: `npm run images builds it anew; to measure this one all the same, name it: RAG_TESTBED_${role.toUpperCase()}_IMAGE=${name}`,
    });
  }
}

/**
 * The images that a variant needs, all on this machine by then.
 * @throws Failure `environment` (75) when one is missing, cannot be pulled, or was built from other sources.
 */
export async function imagesOf(
  client: EngineClient,
  roles: readonly ImageRole[],
  { mayPull, onEvent, ...choices }: ImagesRequest,
): Promise<Record<ImageRole, ChosenImage>> {
  let chosen = await chooseImages(client, choices);
  const missing = roles.map((role) => chosen[role]).filter(({ found }) => found === undefined);
  for (const image of missing) {
    // Nobody has our own image but we.
    if (!mayPull || (image.role === 'system' && image.source === 'default')) {
      throw imageMissing(image);
    }
    await pull(client, image, onEvent);
  }
  if (missing.length > 0) {
    chosen = await chooseImages(client, choices);
  }
  await Promise.all(roles.map(async (role) => requireFresh(chosen[role])));
  return chosen;
}

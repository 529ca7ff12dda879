import type { EngineClient } from '../../engine.ts';
import { type BuildRequest, buildImage, createContext } from '../build-image.ts';
import { writeTree } from '../image-tree.ts';
import { type ImageRole, imageLabels } from '../names.ts';
import { postgresStandIn } from './postgres.ts';
import { qdrantStandIn } from './qdrant.ts';
import { redisStandIn } from './redis.ts';
import type { StandIn } from './stand-in.ts';
import { systemStandIn } from './system.ts';

/** How each stand-in is made; throws `Failure` `environment` (75) with a hint when this machine lacks what it is made of. */
export const standIns: Record<ImageRole, () => Promise<StandIn>> = {
  system: systemStandIn,
  qdrant: qdrantStandIn,
  redis: redisStandIn,
  postgres: postgresStandIn,
};

/** The labels of a stand-in; one that has them all is up to date. */
export function standInLabels(role: ImageRole, { engine, engineVersion }: StandIn, sources: string): Record<string, string> {
  return {
    [imageLabels.standIn]: role,
    [imageLabels.engine]: engine,
    [imageLabels.engineVersion]: engineVersion,
    [imageLabels.sources]: sources,
  };
}

/** Builds a stand-in under `name`; `baseImage` is the stand-in that it is built upon, where it is built upon one. */
export async function buildStandIn(
  client: EngineClient,
  standIn: StandIn,
  baseImage: string,
  request: Pick<BuildRequest, 'name' | 'signal' | 'onLine'> & { readonly labels: Record<string, string> },
): Promise<void> {
  await using context = await createContext();
  await writeTree(context.folder, [{ target: 'Dockerfile', text: await standIn.dockerfile(baseImage) }]);
  await writeTree(`${context.folder}/image/root`, await standIn.root());
  await writeTree(`${context.folder}/image/owned`, standIn.owned);
  await buildImage(client, { ...request, folder: context.folder });
}

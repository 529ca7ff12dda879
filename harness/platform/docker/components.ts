import type { Component } from '../../contract/result.ts';
import type { ImageRole, Tier } from '../../contract/topology.ts';
import { databaseUrl } from '../../rendering/containers.ts';
import { askCacheEngine } from '../cache-engine-version.ts';
import { loopback } from '../loopback.ts';
import { askPostgresVersion } from '../postgres-version.ts';
import { askVectorEngine } from '../vector-engine-version.ts';
import type { ChosenImage } from './choose-images.ts';
import type { DockerSystem } from './docker-system.ts';
import { projectVersion } from './images/names.ts';

const ownEngines = {
  gateway: 'rag-testbed gateway',
  query: 'rag-testbed query',
  indexer: 'rag-testbed indexer',
  provider: 'simulated provider',
} as const;

/** Which engine and image serves each tier: as the engine says, except that ours never passes for Qdrant. */
export async function componentsOf({
  system,
  images,
  databasePassword,
}: {
  readonly system: DockerSystem;
  readonly images: Record<ImageRole, ChosenImage>;
  readonly databasePassword: string;
}): Promise<Component[]> {
  const imageOf = (role: ImageRole) => ({ image: images[role].name, standIn: images[role].standIn });
  const version = await projectVersion();
  const own = (['gateway', 'query', 'indexer', 'provider'] as const).map(
    (tier): Component => ({ tier, engine: ownEngines[tier], version, embedded: false, ...imageOf('system') }),
  );
  const [postgres] = system.containersOf('postgres');
  const [node] = system.vectorNodes;
  if (postgres === undefined || node === undefined) {
    throw new Error(`variant ${system.variant} has no ${postgres === undefined ? 'database' : 'vector node'}`);
  }
  const vector = await askVectorEngine(node.url);
  const component = (tier: Tier, engine: string, its: string, isEmbedded: boolean, role: ImageRole): Component => ({
    tier,
    engine,
    version: its,
    embedded: isEmbedded,
    ...imageOf(role),
  });
  const [redis] = system.containersOf('redis');
  const cache = redis === undefined ? undefined : await askCacheEngine(`redis://${loopback}:${redis.hostPort}`);
  return [
    ...own,
    ...(cache === undefined ? [] : [component('redis', cache.engine, cache.version, cache.embedded, 'redis')]),
    component('vector', vector.engine, vector.version, vector.embedded, 'qdrant'),
    component(
      'postgres',
      'PostgreSQL',
      await askPostgresVersion(databaseUrl(loopback, postgres.hostPort, databasePassword)),
      false,
      'postgres',
    ),
  ];
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ImageRole, imageRoleSchema } from '../../../contract/topology.ts';

export const imageRoles = imageRoleSchema.options;
export type { ImageRole };

/** The variable that names another image for a role. */
export const imageVariables: Record<ImageRole, string> = {
  system: 'RAG_TESTBED_SYSTEM_IMAGE',
  qdrant: 'RAG_TESTBED_QDRANT_IMAGE',
  redis: 'RAG_TESTBED_REDIS_IMAGE',
  postgres: 'RAG_TESTBED_POSTGRES_IMAGE',
};

/** What an image says about itself; read from its labels, so that a report can name what served a part. */
export const imageLabels = {
  /** The role whose image this one stands in for; absent on the real thing. */
  standIn: 'rag-testbed.stand-in',
  /** Such as `Redis` or `embedded vector node`. */
  engine: 'rag-testbed.engine',
  /** Such as `7.0.15`. */
  engineVersion: 'rag-testbed.engine-version',
  /** SHA-256 of the sources that are inside, see `sources.ts`; on images that hold our own code. */
  sources: 'rag-testbed.sources',
} as const;

/** The images that a role takes where nothing else is asked for: the real one, and what stands in for it on a machine without a registry. */
export interface RoleImages {
  readonly real: string;
  readonly standIn: string;
}

const manifestSchema = z.object({ version: z.string() });

/** Version of this project; the tag of the images that it builds. */
export async function projectVersion(): Promise<string> {
  const file = new URL('../../../../package.json', import.meta.url);
  return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8'))).version;
}

/** Engines are pinned: a figure must not change because somebody else published a release. */
export function roleImages(version: string): Record<ImageRole, RoleImages> {
  return {
    system: { real: `rag-testbed/system:${version}`, standIn: `rag-testbed/system-stand-in:${version}` },
    qdrant: { real: 'qdrant/qdrant:v1.18.3', standIn: `rag-testbed/qdrant-stand-in:${version}` },
    redis: { real: 'redis:8.2.1-alpine', standIn: `rag-testbed/redis-stand-in:${version}` },
    postgres: { real: 'postgres:18.0-alpine', standIn: `rag-testbed/postgres-stand-in:${version}` },
  };
}

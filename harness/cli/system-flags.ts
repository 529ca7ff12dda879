import { type Command, Option } from 'commander';
import { profileIdSchema } from '../contract/common.ts';
import type { NamedImages } from '../platform/docker/choose-images.ts';
import { numberWithin, oneOf, seed } from './flag-values.ts';

/** What a run and an export decide alike about the system. */
export interface SystemFlags {
  profile: (typeof profileIdSchema.options)[number];
  seed: number;
  cpus?: number;
  memory?: number;
  systemImage?: string;
  qdrantImage?: string;
  redisImage?: string;
  postgresImage?: string;
}

/** The images that were named instead of the pinned ones. */
export function namedImages({ systemImage, qdrantImage, redisImage, postgresImage }: SystemFlags): NamedImages {
  const named = { system: systemImage, qdrant: qdrantImage, redis: redisImage, postgres: postgresImage };
  return Object.fromEntries(Object.entries(named).filter(([, name]) => name !== undefined));
}

/** Adds the flags of `SystemFlags` to a command. */
export function withSystemFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--profile <name>', `how long and how large: ${profileIdSchema.options.join(', ')}`)
        .argParser(oneOf('profile', profileIdSchema.options))
        .default('quick'),
    )
    .option('--seed <number>', 'decides arrivals, questions and documents', seed, 1)
    .option(
      '--cpus <cores>',
      'what the vector tier may use, by the resource rule of each variant (docker)',
      numberWithin(0.01, 1024, 'cores'),
    )
    .option('--memory <MiB>', 'its memory, likewise (docker)', numberWithin(16, 1_048_576, 'MiB'))
    .option('--system-image <name>', 'instead of the image that npm run images builds (docker)')
    .option('--qdrant-image <name>', 'instead of the pinned Qdrant (docker)')
    .option('--redis-image <name>', 'instead of the pinned Redis (docker)')
    .option('--postgres-image <name>', 'instead of the pinned PostgreSQL (docker)');
}

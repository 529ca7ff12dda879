import { Failure } from '../../contract/failure.ts';
import type { ImageRole, Topology } from '../../contract/topology.ts';
import type { EngineClient } from './engine.ts';
import { imageLabels, imageRoles, imageVariables, projectVersion, roleImages } from './images/names.ts';

/** Images that the command line names. */
export type NamedImages = Readonly<Partial<Record<ImageRole, string>>>;

export interface ChosenImage {
  readonly role: ImageRole;
  readonly name: string;
  /** Who chose it; `stand-in` when the real one is not there and its stand-in is. */
  readonly source: 'command line' | 'environment' | 'topology' | 'default' | 'stand-in';
  /** Absent when the image is not on this machine. */
  readonly found?: {
    readonly id: string;
    readonly bytes: number;
    readonly labels: Readonly<Record<string, string>>;
    /** Folders that the image declares as volumes. */
    readonly volumes: readonly string[];
  };
  /** True for what stands in for the real image, by its own label. */
  readonly standIn: boolean;
}

interface InspectedImage {
  readonly Id: string;
  readonly Size: number;
  readonly Config?: { readonly Labels?: Record<string, string> | null; readonly Volumes?: Record<string, unknown> | null } | null;
}

/** What the engine knows of an image on this machine; `undefined` when it has none of that name. */
async function inspectImage(client: EngineClient, name: string): Promise<ChosenImage['found']> {
  try {
    const { Id: id, Size: bytes, Config: config } = (await client.getImage(name).inspect()) as InspectedImage;
    return { id, bytes, labels: config?.Labels ?? {}, volumes: Object.keys(config?.Volumes ?? {}) };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) {
      return undefined;
    }
    throw error;
  }
}

export interface ImageChoices {
  readonly commandLine?: NamedImages;
  readonly environment?: NodeJS.ProcessEnv;
  readonly topology?: Pick<Topology, 'images'>;
}

function named(
  role: ImageRole,
  { commandLine = {}, environment = process.env, topology }: ImageChoices,
): Pick<ChosenImage, 'name' | 'source'> | undefined {
  const candidates = [
    { name: commandLine[role], source: 'command line' },
    { name: environment[imageVariables[role]], source: 'environment' },
    { name: topology?.images?.[role], source: 'topology' },
  ] as const;
  for (const { name, source } of candidates) {
    if (name !== undefined && name !== '') {
      return { name, source };
    }
  }
  return undefined;
}

/**
 * The image of every role: what the command line, the environment or the topology names, in this order; else the pinned
 * one; else, when that is not on this machine, its stand-in where that is. Looks only, never pulls.
 */
export async function chooseImages(client: EngineClient, choices: ImageChoices = {}): Promise<Record<ImageRole, ChosenImage>> {
  const defaults = roleImages(await projectVersion());
  const chosen = await Promise.all(
    imageRoles.map(async (role): Promise<[ImageRole, ChosenImage]> => {
      const asked = named(role, choices);
      const candidates =
        asked === undefined
          ? [
              { name: defaults[role].real, source: 'default' as const },
              { name: defaults[role].standIn, source: 'stand-in' as const },
            ]
          : [asked];
      for (const { name, source } of candidates) {
        const found = await inspectImage(client, name);
        if (found !== undefined) {
          return [role, { role, name, source, found, standIn: found.labels[imageLabels.standIn] !== undefined }];
        }
      }
      const [{ name, source } = { name: defaults[role].real, source: 'default' as const }] = candidates;
      return [role, { role, name, source, standIn: false }];
    }),
  );
  return Object.fromEntries(chosen) as Record<ImageRole, ChosenImage>;
}

/** The failure of a run whose images are not there and cannot be pulled. */
export function imageMissing({ role, name, source }: ChosenImage, why?: string): Failure {
  const hint =
    source === 'default'
      ? 'npm run images builds or pulls what is missing'
      : `docker pull ${name}, or name another image (${imageVariables[role]})`;
  return new Failure(
    'environment',
    'image_missing',
    `the ${role} image ${name} is not on this machine${why === undefined ? '' : `: ${why}`}`,
    { hint },
  );
}

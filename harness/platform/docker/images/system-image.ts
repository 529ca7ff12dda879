import { readFile } from 'node:fs/promises';
import type { EngineClient } from '../engine.ts';
import { type BuildRequest, buildImage, createContext } from './build-image.ts';
import { filesBelow, type TreeEntry, writeTree } from './image-tree.ts';
import { projectVersion } from './names.ts';
import { projectRoot, sourcesHash, systemSources } from './sources.ts';

/** The folders, beside `system/`, of which the build stage runs something. */
const buildFolders = ['harness/contract', 'harness/platform/docker/images'];
const buildFiles = ['Dockerfile', 'package.json', 'package-lock.json', '.npmrc'];

/** The images that a Dockerfile starts from, by the build argument that replaces each: its `ARG NAME=default` before the first `FROM`. */
export function baseImagesOf(dockerfile: string): Record<string, string> {
  const head = dockerfile.slice(0, Math.max(0, dockerfile.search(/^FROM /m)));
  return Object.fromEntries([...head.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name = '', image = '']) => [name, image]));
}

/** The base images of the system image. */
export async function systemBaseImages(): Promise<Record<string, string>> {
  return baseImagesOf(await readFile(`${projectRoot}Dockerfile`, 'utf8'));
}

async function contextTree(): Promise<TreeEntry[]> {
  const folders = await Promise.all(
    buildFolders.map(async (folder) => (await filesBelow(projectRoot + folder)).map((file) => `${folder}/${file}`)),
  );
  const files = [...buildFiles, ...folders.flat().filter((file) => !file.endsWith('.test.ts')), ...(await systemSources())];
  return files.map((file) => ({ target: file, copyOf: projectRoot + file }));
}

export interface SystemImageRequest extends Pick<BuildRequest, 'name' | 'signal' | 'onLine' | 'network'> {
  /** Other base images than the Dockerfile's, by build argument. */
  readonly baseImages?: Readonly<Record<string, string>>;
}

/** Builds the system image from the project's Dockerfile, labelled with the sources that are inside. */
export async function buildSystemImage(client: EngineClient, { baseImages = {}, ...request }: SystemImageRequest): Promise<void> {
  await using context = await createContext();
  await writeTree(context.folder, await contextTree());
  await buildImage(client, {
    ...request,
    folder: context.folder,
    buildArguments: { ...baseImages, ENGINE_VERSION: await projectVersion(), SOURCES: await sourcesHash() },
  });
}

import { basename, join } from 'node:path';
import type { EngineClient } from '../../engine.ts';
import { baseTree } from '../base-tree.ts';
import { buildImage, createContext } from '../build-image.ts';
import { type TreeEntry, writeTree } from '../image-tree.ts';
import { programNamed, shellPrograms, shellTree } from '../programs.ts';
import { projectRoot, systemSources } from '../sources.ts';
import { packageTree, pinnedNodeBinary, systemPackages } from '../system-tree.ts';

/** Images that stand where the Dockerfile names others, so that it can be built without a registry and without a network. */
export const localBaseImages = {
  BUILDER_IMAGE: 'rag-testbed-test/builder:latest',
  RUNTIME_IMAGE: 'rag-testbed-test/runtime:latest',
} as const;

const root = { name: 'root', id: 0, home: '/' };
const installed = '/installed';

/** What `npm ci` would fetch lies in the image already; this only puts it where npm would. */
const npm = `#!/bin/sh
set -eu
[ "$*" = 'ci --omit=dev --ignore-scripts' ]
[ -f package-lock.json ]
cp -r ${installed}/node_modules node_modules
mkdir node_modules/.bin
ln -s ../node-linux-${process.arch}/bin/node node_modules/.bin/node
`;

/** A shell, `ldd`, which is a script for bash, and the packages that the build stage needs. */
async function builderTree(): Promise<TreeEntry[]> {
  const tools = [...shellPrograms(), ...['bash', 'cp', 'ln'].map((name) => ({ name, path: programNamed(name, ['bash', 'coreutils']) }))];
  const packages = (await Promise.all((await systemPackages(await systemSources())).map(packageTree))).flat();
  const nodePackage = `node_modules/node-linux-${process.arch}`;
  return [
    ...(await baseTree(root, [pinnedNodeBinary(), ...tools.map(({ path }) => path)])),
    ...shellTree(tools),
    { target: 'usr/bin/ldd', copyOf: programNamed('ldd', ['libc-bin']), mode: 0o755 },
    { target: 'bin/npm', text: npm, mode: 0o755 },
    ...packages.map((entry) => ({ ...entry, target: entry.target.replace(/^app/, installed.slice(1)) })),
    ...['package.json', 'LICENSE', 'bin/node'].map((file) => ({
      target: `${installed.slice(1)}/${nodePackage}/${file}`,
      copyOf: join(projectRoot, nodePackage, file),
    })),
  ];
}

/** The libraries that distroless `cc` has: all that Node needs, but libatomic. */
async function runtimeTree(): Promise<TreeEntry[]> {
  const tree = await baseTree({ name: 'nonroot', id: 65_532, home: '/home/nonroot' }, [pinnedNodeBinary()]);
  return tree.filter(({ target }) => !basename(target).startsWith('libatomic.'));
}

async function buildBase(client: EngineClient, name: string, tree: readonly TreeEntry[]): Promise<void> {
  await using context = await createContext();
  await writeTree(context.folder, [{ target: 'Dockerfile', text: 'FROM scratch\nCOPY root/ /\n' }]);
  await writeTree(join(context.folder, 'root'), tree);
  await buildImage(client, { name, folder: context.folder });
}

export async function buildLocalBaseImages(client: EngineClient): Promise<void> {
  await buildBase(client, localBaseImages.BUILDER_IMAGE, await builderTree());
  await buildBase(client, localBaseImages.RUNTIME_IMAGE, await runtimeTree());
}

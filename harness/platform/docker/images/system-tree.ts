import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Failure } from '../../../contract/failure.ts';
import { filesBelow, type TreeEntry } from './image-tree.ts';
import { projectVersion } from './names.ts';
import { importedPackages, type Lock, lockSchema, packageClosure } from './package-closure.ts';
import { projectRoot, systemSources } from './sources.ts';

/** What only compilers and readers of the source need. Node runs no TypeScript below `node_modules`. */
const unshippedExtensions = new Set(
  '.ts .mts .cts .map .md .c .cc .cpp .h .hpp .cu .cuh .m .mm .S .s .gyp .gypi .cmake .rs .go .zig .swift .py .sh .yml'.split(' '),
);
const sonameOfAtomic = 'libatomic.so.1';

/** A package brings binaries for many platforms, one folder each, such as `darwin-arm64+x64`: ours is enough. */
function isForeignBinary(path: string): boolean {
  const platform = /(?:^|\/)prebuilds\/([^/]+)/.exec(path)?.[1];
  if (platform === undefined) {
    return false;
  }
  const [system = '', ...architectures] = platform.split(/[-+]/);
  return system !== 'linux' || !architectures.includes(process.arch);
}

async function readLock(): Promise<Lock> {
  return lockSchema.parse(JSON.parse(await readFile(`${projectRoot}package-lock.json`, 'utf8')));
}

/** The files of one installed package, without the packages nested in it. */
export async function packageTree(path: string): Promise<TreeEntry[]> {
  const folder = projectRoot + path;
  const files = await filesBelow(folder, (child) => basename(child) !== 'node_modules' && !isForeignBinary(child));
  return files
    .filter((file) => !unshippedExtensions.has(extname(file)))
    .map((file) => ({ target: `app/${path}/${file}`, copyOf: `${folder}/${file}` }));
}

/** The packages that the sources of the system import, with all that those need, as folders such as `node_modules/pg`. */
export async function systemPackages(sources: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(sources.filter((file) => file.endsWith('.ts')).map((file) => readFile(projectRoot + file, 'utf8')));
  const names = new Set(texts.flatMap((text) => [...importedPackages(text)]));
  const packages = packageClosure(await readLock(), names);
  const missing = packages.filter((path) => !existsSync(projectRoot + path));
  if (missing.length > 0) {
    throw new Failure('environment', 'packages_missing', `not installed: ${missing.join(', ')}`, { hint: 'npm ci' });
  }
  return packages;
}

/** The package that brings the pinned Node for this processor. */
function nodePackage(): string {
  return `node_modules/node-linux-${process.arch}`;
}

/**
 * The pinned Node, never the one that happens to run this.
 * @throws Failure `environment` (75) where the lock file brings no Linux binary: on another system or processor.
 */
export function pinnedNodeBinary(): string {
  const binary = `${projectRoot}${nodePackage()}/bin/node`;
  if (!existsSync(binary)) {
    throw new Failure('environment', 'no_linux_node', `${nodePackage()} is not installed: this is ${process.platform} on ${process.arch}`, {
      hint: 'stand-ins are made of the programs of a Linux machine (x64 or arm64); elsewhere let the engine reach a registry',
    });
  }
  return binary;
}

/** What is installed for root: Node, our sources, and the packages that they import. */
export async function systemTree(): Promise<TreeEntry[]> {
  const sources = await systemSources();
  const packages = await systemPackages(sources);
  const manifest = { name: 'rag-testbed', version: await projectVersion(), private: true, type: 'module' };
  return [
    { target: 'usr/local/bin/node', copyOf: pinnedNodeBinary(), mode: 0o755 },
    { target: 'usr/local/share/doc/node/LICENSE', copyOf: `${projectRoot}${nodePackage()}/LICENSE` },
    { target: 'app/package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    ...sources.map((file) => ({ target: `app/${file}`, copyOf: projectRoot + file })),
    ...(await Promise.all(packages.map(packageTree))).flat(),
  ];
}

/** Directories that belong to the one who runs the image: where the vector node writes. */
export const ownedSystemTree: readonly TreeEntry[] = ['qdrant/storage', 'qdrant/snapshots'].map((target) => ({
  target,
  kind: 'directory',
}));

/**
 * What Node links to and a distroless base does not bring. It goes below /usr/lib, which is a directory in every base, while /lib
 * may be a link.
 */
export function missingInDistroless(libraries: readonly string[]): TreeEntry[] {
  return libraries
    .filter((path) => basename(path) === sonameOfAtomic)
    .map((path) => ({ target: path.replace(/^\/(?:usr\/)?/, 'usr/'), copyOf: path, mode: 0o755 }));
}

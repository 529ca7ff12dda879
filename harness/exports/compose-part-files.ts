import { posix } from 'node:path';
import { Failure } from '../contract/failure.ts';
import type { ContainerPart } from '../rendering/containers.ts';
import type { Environment } from '../rendering/environment.ts';

export interface ServiceWithFiles {
  readonly command: readonly string[] | undefined;
  readonly environment: Environment;
  readonly tmpfs: readonly string[];
}

/**
 * Brings the files of a part into its container although a Compose file travels alone: docker-compose 1.29 has no contents in
 * `configs`, and a file beside the YAML would be lost with the first copy. The contents are variables, which the part's own Node writes
 * into a folder in memory before its program begins.
 * @throws Failure `internal` (70) for a part with files that Node does not run.
 */
export function serviceWithFiles({ id, command, environment, files = {} }: ContainerPart): ServiceWithFiles {
  const contents = Object.entries(files).map(([path, content], index) => ({ path, content, variable: `FILE_${index}` }));
  if (contents.length === 0) {
    return { command, environment, tmpfs: [] };
  }
  const [program, ...words] = command ?? [];
  if (program !== 'node') {
    throw new Failure(
      'internal',
      'part_files_not_writable',
      `${id} has files, but its command starts with "${program ?? 'nothing'}", not with node`,
    );
  }
  const writes = contents.map(({ path, variable }) => `writeFileSync(${JSON.stringify(path)}, process.env.${variable});`);
  const folders = [...new Set(contents.map(({ path }) => posix.dirname(path)))];
  const script = `import { writeFileSync } from 'node:fs'; ${writes.join(' ')}`;
  return {
    command: [program, '--import', `data:text/javascript,${script.replaceAll(/[%#]/g, encodeURIComponent)}`, ...words],
    environment: { ...environment, ...Object.fromEntries(contents.map(({ variable, content }) => [variable, content])) },
    // Whoever the image runs as may write there, as in /tmp.
    tmpfs: folders.map((folder) => `${folder}:mode=1777,size=1m`),
  };
}

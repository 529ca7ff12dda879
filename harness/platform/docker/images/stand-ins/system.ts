import { readFile } from 'node:fs/promises';
import { Failure } from '../../../../contract/failure.ts';
import { baseTree } from '../base-tree.ts';
import { projectVersion } from '../names.ts';
import { projectRoot } from '../sources.ts';
import { ownedSystemTree, pinnedNodeBinary, systemTree } from '../system-tree.ts';
import type { StandIn } from './stand-in.ts';

/** The user of distroless images. */
const account = { name: 'nonroot', id: 65_532, home: '/app' };

/** The last stage of the project's Dockerfile on an empty base, so that what is configured cannot differ from the real image. */
export function lastStageOnScratch(dockerfile: string): string {
  const start = dockerfile.lastIndexOf('\nFROM ');
  const end = dockerfile.indexOf('\n', start + 1);
  const stage = dockerfile.slice(end).replaceAll('COPY --from=builder ', 'COPY ').replaceAll(' /image/', ' image/');
  if (start < 0 || stage.includes('--from=')) {
    throw new Failure('internal', 'dockerfile_unexpected', 'the last stage of the Dockerfile copies from another stage than "builder"');
  }
  return `FROM scratch${stage}`;
}

/** The reference system on the pinned Node of this machine's installation, without a distribution below it. */
export async function systemStandIn(): Promise<StandIn> {
  const node = pinnedNodeBinary();
  return {
    engine: 'rag-testbed',
    engineVersion: await projectVersion(),
    dockerfile: async () => lastStageOnScratch(await readFile(`${projectRoot}Dockerfile`, 'utf8')),
    root: async () => {
      const tree = await systemTree();
      const binaries = tree.flatMap((entry) => ('copyOf' in entry && entry.copyOf.endsWith('.node') ? [entry.copyOf] : []));
      return [...(await baseTree(account, [node, ...binaries])), ...tree];
    },
    owned: ownedSystemTree,
  };
}

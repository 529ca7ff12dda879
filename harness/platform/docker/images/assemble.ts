import { join } from 'node:path';
import { writeTree } from './image-tree.ts';
import { libraryClosure } from './shared-libraries.ts';
import { missingInDistroless, ownedSystemTree, pinnedNodeBinary, systemTree } from './system-tree.ts';

/**
 * The build stage of the Dockerfile: writes the system's tree into the folder named by the first argument, what root owns
 * below `root`, what the user owns below `owned`.
 */
const [, , folder] = process.argv;
if (folder === undefined) {
  throw new Error('usage: assemble.ts <empty folder>');
}
const libraries = missingInDistroless(await libraryClosure([pinnedNodeBinary()]));
await writeTree(join(folder, 'root'), [...(await systemTree()), ...libraries]);
await writeTree(join(folder, 'owned'), ownedSystemTree);

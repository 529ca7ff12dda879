import type { TreeEntry } from '../image-tree.ts';
import type { ImageRole } from '../names.ts';

/** What a stand-in is made of: found first, which is quick, and put together only when the image is not there yet. */
export interface StandIn {
  readonly engine: string;
  readonly engineVersion: string;
  /** The role whose stand-in this one is built upon. */
  readonly base?: ImageRole;
  /** The Dockerfile; `image/root` and `image/owned` lie beside it. */
  dockerfile(baseImage: string): Promise<string>;
  /** What belongs to root. */
  root(): Promise<readonly TreeEntry[]>;
  /** What belongs to the user that the Dockerfile names. */
  readonly owned: readonly TreeEntry[];
}

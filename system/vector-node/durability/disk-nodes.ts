/* What a file system in memory is made of: each node knows what every reader sees, and what a loss of power leaves for sure. */

export type Change = { readonly offset: number; readonly bytes: Buffer } | { readonly cutTo: number };

/** A file: what every reader sees, and what is sure to survive with the changes that are not. */
export class FileNode {
  content: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  unsynced: Change[] = [];

  apply(change: Change): void {
    this.content = changed(this.content, change);
    this.unsynced.push(change);
  }
}

/** One change of a folder; `from` disappears at the instant at which `to` appears. */
export interface Entry {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly node: Node | undefined;
}

export class FolderNode {
  readonly entries = new Map<string, Node>();
  durable = new Map<string, Node>();
  unsynced: Entry[] = [];

  apply(entry: Entry): void {
    enter(this.entries, entry);
    this.unsynced.push(entry);
  }
}

export type Node = FileNode | FolderNode;

export function changed(content: Buffer, change: Change): Buffer {
  if ('cutTo' in change) {
    return content.length <= change.cutTo ? content : content.subarray(0, change.cutTo);
  }
  const grown = Buffer.alloc(Math.max(content.length, change.offset + change.bytes.length));
  content.copy(grown);
  change.bytes.copy(grown, change.offset);
  return grown;
}

export function enter(entries: Map<string, Node>, { from, to, node }: Entry): void {
  if (from !== undefined) {
    entries.delete(from);
  }
  if (to !== undefined && node !== undefined) {
    entries.set(to, node);
  }
}

/** A folder with these files, by path. */
export function treeOf(files: ReadonlyMap<string, Buffer>): FolderNode {
  const root = new FolderNode();
  for (const [target, bytes] of files) {
    const names = target.split('/').filter((part) => part !== '');
    let folder = root;
    for (const name of names.slice(0, -1)) {
      const below = folder.entries.get(name) ?? new FolderNode();
      folder.apply({ from: undefined, to: name, node: below });
      folder = below as FolderNode;
    }
    const file = new FileNode();
    file.apply({ offset: 0, bytes });
    folder.apply({ from: undefined, to: names.at(-1), node: file });
  }
  return root;
}

/** All files below a folder, by path, with their content as readers see it. */
export function filesOf(folder: FolderNode, below = ''): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [name, node] of folder.entries) {
    const inside: Iterable<readonly [string, Buffer]> =
      node instanceof FileNode ? [[`${below}/${name}`, node.content]] : filesOf(node, `${below}/${name}`);
    for (const [target, content] of inside) {
      found.set(target, content);
    }
  }
  return found;
}

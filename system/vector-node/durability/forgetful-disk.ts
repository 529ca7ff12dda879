import path from 'node:path';
import type { RandomStream } from '../../policies/random-stream.ts';
import type { ByteSource, Disk, DiskFile } from '../storage/disk.ts';
import { changed, enter, FileNode, FolderNode, filesOf, type Node, treeOf } from './disk-nodes.ts';
import { surviving } from './power-loss.ts';

/* A file system in memory that keeps after a loss of power only what it promised to keep. */

function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: '${path}'`), { code });
}

/** The power is gone: no call returns any more. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

export interface Deceptions {
  /** Answers a sync of a file without doing it. */
  readonly ignoresFileSync?: boolean;
  /** Answers a sync of a folder without doing it. */
  readonly ignoresDirectorySync?: boolean;
}

/**
 * Counts every step that changes anything and loses its power at a given one. After that {@link afterPowerCut} tells what is left: of what
 * was not synced any part in any order, writes torn at any byte, names in folders there or not.
 */
export class ForgetfulDisk implements Disk {
  readonly #random: RandomStream;
  readonly #deceptions: Deceptions;
  #root = new FolderNode();
  #stepsLeft = Number.POSITIVE_INFINITY;
  #isOff = false;
  /** Greatest sum of the sizes of all files; a write beyond it fails with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;

  constructor(random: RandomStream, deceptions: Deceptions = {}) {
    this.#random = random;
    this.#deceptions = deceptions;
  }

  /** Writes to files of these names fail with ENOSPC. */
  failWritesTo: RegExp | undefined;

  /** A disk that holds these files. */
  static of(files: ReadonlyMap<string, Buffer>, random: RandomStream): ForgetfulDisk {
    const disk = new ForgetfulDisk(random);
    disk.#root = treeOf(files);
    return disk;
  }

  /** All files with their content as readers see it. */
  files(): Map<string, Buffer> {
    return filesOf(this.#root);
  }

  /** The step after this many further ones is the last, and happens only in part. */
  cutPowerAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** The disk after the power is back. */
  afterPowerCut(): ForgetfulDisk {
    const next = new ForgetfulDisk(this.#random, this.#deceptions);
    next.#root = surviving(this.#root, this.#random) as FolderNode;
    return next;
  }

  #below(bound: number): number {
    return this.#random.below(bound);
  }

  /** Runs one step, or lets the power go: then the step is done in part, with `partly`, or not at all. */
  async #step(act: () => void, partly: () => void): Promise<void> {
    for (let turns = this.#below(3); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#isOff) {
      throw new PowerCut('the power is off');
    }
    if (this.#stepsLeft <= 0) {
      this.#isOff = true;
      if (this.#random.uniform() < 0.5) {
        partly();
      }
      throw new PowerCut('the power went off');
    }
    this.#stepsLeft -= 1;
    act();
  }

  #find(target: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of target.split('/').filter((part) => part !== '')) {
      node = node instanceof FolderNode ? node.entries.get(name) : undefined;
    }
    return node;
  }

  #folder(target: string): FolderNode {
    const node = this.#find(target);
    if (!(node instanceof FolderNode)) {
      throw systemError('ENOENT', target);
    }
    return node;
  }

  #file(target: string): FileNode {
    const node = this.#find(target);
    if (!(node instanceof FileNode)) {
      throw systemError('ENOENT', target);
    }
    return node;
  }

  #usedBytes(node: Node = this.#root): number {
    if (node instanceof FileNode) {
      return node.content.length;
    }
    return [...node.entries.values()].reduce((sum, child) => sum + this.#usedBytes(child), 0);
  }

  async makeDirectory(target: string): Promise<boolean> {
    const parent = this.#folder(path.dirname(target));
    let isNew = false;
    const enterFolder = () => {
      isNew = !parent.entries.has(path.basename(target));
      if (isNew) {
        parent.apply({ from: undefined, to: path.basename(target), node: new FolderNode() });
      }
    };
    await this.#step(enterFolder, enterFolder);
    return isNew;
  }

  async list(target: string): Promise<string[]> {
    await this.#step(
      () => undefined,
      () => undefined,
    );
    return [...this.#folder(target).entries.keys()];
  }

  source(target: string): ByteSource & Disposable {
    if (this.#isOff) {
      throw new PowerCut('the power is off');
    }
    const { content } = this.#file(target);
    return {
      size: content.length,
      read: (offset, length) => content.subarray(offset, offset + length),
      [Symbol.dispose]: () => undefined,
    };
  }

  async create(target: string): Promise<DiskFile> {
    const parent = this.#folder(path.dirname(target));
    const make = () => {
      const present = parent.entries.get(path.basename(target));
      if (present instanceof FileNode) {
        present.apply({ cutTo: 0 });
      } else {
        parent.apply({ from: undefined, to: path.basename(target), node: new FileNode() });
      }
    };
    await this.#step(make, make);
    return this.#handle(target);
  }

  async open(target: string): Promise<DiskFile> {
    await this.#step(
      () => undefined,
      () => undefined,
    );
    return this.#handle(target);
  }

  #handle(target: string): DiskFile {
    const node = this.#file(target);
    return {
      path: target,
      write: async (parts, offset) => {
        const bytes = Buffer.concat(parts);
        let refusal: Error | undefined;
        const write = () => {
          const growth = Math.max(0, offset + bytes.length - node.content.length);
          const room = this.failWritesTo?.test(target) === true ? 0 : this.capacityBytes - this.#usedBytes();
          const missing = Math.max(0, Math.min(bytes.length, growth - room));
          node.apply({ offset, bytes: bytes.subarray(0, bytes.length - missing) });
          refusal = missing > 0 ? systemError('ENOSPC', target) : undefined;
        };
        await this.#step(write, () => node.apply({ offset, bytes: bytes.subarray(0, this.#below(bytes.length + 1)) }));
        if (refusal !== undefined) {
          throw refusal;
        }
      },
      sync: () => this.#syncFile(node),
      truncate: async (size) => {
        const cut = () => node.apply({ cutTo: size });
        await this.#step(cut, cut);
        await this.#syncFile(node);
      },
      // A process closes its files also when the power is gone for the disk.
      close: () => Promise.resolve(),
    };
  }

  /** What was written before the call is durable when it returns; what is written during it need not be. */
  async #syncFile(node: FileNode): Promise<void> {
    const upTo = node.unsynced.length;
    const sync = (count: number) => {
      node.durable = node.unsynced.slice(0, count).reduce(changed, node.durable);
      node.unsynced = node.unsynced.slice(count);
    };
    const act = this.#deceptions.ignoresFileSync === true ? () => undefined : () => sync(Math.min(upTo, node.unsynced.length));
    await this.#step(act, () => sync(this.#below(Math.min(upTo, node.unsynced.length) + 1)));
  }

  async rename(from: string, to: string): Promise<void> {
    const folder = this.#folder(path.dirname(from));
    if (path.dirname(from) !== path.dirname(to)) {
      throw systemError('EXDEV', to);
    }
    const move = () => {
      const node = folder.entries.get(path.basename(from));
      if (node === undefined) {
        throw systemError('ENOENT', from);
      }
      folder.apply({ from: path.basename(from), to: path.basename(to), node });
    };
    await this.#step(move, move);
  }

  async remove(target: string): Promise<void> {
    const parent = this.#find(path.dirname(target));
    const unlink = () => {
      if (parent instanceof FolderNode && parent.entries.has(path.basename(target))) {
        parent.apply({ from: path.basename(target), to: undefined, node: undefined });
      }
    };
    await this.#step(unlink, unlink);
  }

  async syncDirectory(target: string): Promise<void> {
    const folder = this.#folder(target);
    const upTo = folder.unsynced.length;
    const sync = () => {
      folder.unsynced.splice(0, upTo).reduce((durable, entry) => {
        enter(durable, entry);
        return durable;
      }, folder.durable);
    };
    await this.#step(this.#deceptions.ignoresDirectorySync === true ? () => undefined : sync, sync);
  }
}

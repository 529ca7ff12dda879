import type { RandomStream } from '../../policies/random-stream.ts';
import { type Change, changed, enter, FileNode, FolderNode, type Node } from './disk-nodes.ts';

/* What is left of files and folders after a loss of power. */

/** A part of a write, from its beginning, its end or its middle. */
function torn({ offset, bytes }: { readonly offset: number; readonly bytes: Buffer }, random: RandomStream): Change {
  const [left = 0, right = 0] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
  const from = random.uniform() < 0.5 ? 0 : left;
  return { offset: offset + from, bytes: bytes.subarray(from, right) };
}

/** What was synced, and of what was written since any part in any order, torn at any byte. */
function survivingBytes({ durable, unsynced }: FileNode, random: RandomStream): Buffer {
  const kept = unsynced.filter(() => random.uniform() < 0.6);
  if (random.uniform() < 0.3) {
    kept.reverse();
  }
  return kept.reduce((content, change) => {
    const isTorn = 'bytes' in change && random.uniform() < 0.4;
    return changed(content, isTorn ? torn(change, random) : change);
  }, durable);
}

/** A copy of what survives: names that were not synced are there or not, each for itself. */
export function surviving(node: Node, random: RandomStream, done = new Map<Node, Node>()): Node {
  const known = done.get(node);
  if (known !== undefined) {
    return known;
  }
  if (node instanceof FileNode) {
    const file = new FileNode();
    done.set(node, file);
    file.durable = survivingBytes(node, random);
    file.content = file.durable;
    return file;
  }
  const folder = new FolderNode();
  done.set(node, folder);
  const entries = new Map(node.durable);
  for (const entry of node.unsynced) {
    if (random.uniform() < 0.5) {
      enter(entries, entry);
    }
  }
  for (const [name, child] of entries) {
    const survivor = surviving(child, random, done);
    folder.durable.set(name, survivor);
    folder.entries.set(name, survivor);
  }
  return folder;
}

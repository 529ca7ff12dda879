import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Encoding } from './encoding.ts';
import type { IndexSettings } from './index-settings.ts';

const formatVersion = 1;
const magic = Buffer.from('RTBHNSW\x01', 'latin1');
const chunkBytes = 1024 * 1024;
const unfinished = '.tmp';

/** What the manifest of an index says: the graph's file, and which vector each slot stood for when it was built. */
export interface IndexManifest {
  readonly vectorName: string;
  readonly settings: IndexSettings;
  readonly encoding: Encoding;
  readonly slots: number;
  /** Point ids of all slots, as the log writes them, one after the other. */
  readonly ids: Buffer;
  /** A checksum of the stored vector of each slot: a point that has another vector today is not the one that was indexed. */
  readonly checksums: Uint32Array;
}

interface Header {
  readonly formatVersion: number;
  readonly vectorName: string;
  readonly settings: IndexSettings;
  readonly encoding: Encoding;
  readonly slots: number;
  readonly idsBytes: number;
  readonly graph: string;
  readonly graphBytes: number;
  readonly graphChecksum: number;
}

function checksumOfFile(file: string): { readonly bytes: number; readonly checksum: number } {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let checksum = 0;
    let bytes = 0;
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      checksum = crc32(chunk.subarray(0, read), checksum);
      bytes += read;
    }
    return { bytes, checksum };
  } finally {
    closeSync(descriptor);
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The files of one column's index: a graph, and a manifest that names it and vouches for it. Both are written aside, synced and
 * renamed, the manifest last; so a crash leaves the old index or the new one. They are never needed: the log has every vector.
 */
export class IndexFiles {
  readonly directory: string;
  readonly vectorName: string;
  readonly #key: string;

  constructor(directory: string, vectorName: string) {
    this.directory = directory;
    this.vectorName = vectorName;
    // No name of a client becomes a path.
    this.#key = createHash('sha256').update(vectorName).digest('hex').slice(0, 16);
  }

  get manifest(): string {
    return path.join(this.directory, `${this.#key}.manifest`);
  }

  #graph(generation: number): string {
    return path.join(this.directory, `${this.#key}-${generation}.graph`);
  }

  /** Makes an index durable: `save` writes the graph. Returns the graph's file. */
  write(generation: number, manifest: IndexManifest, save: (file: string) => void): string {
    mkdirSync(this.directory, { recursive: true });
    const graph = this.#graph(generation);
    save(`${graph}${unfinished}`);
    sync(`${graph}${unfinished}`);
    renameSync(`${graph}${unfinished}`, graph);
    const { bytes, checksum } = checksumOfFile(graph);
    const { vectorName, settings, encoding, slots, ids, checksums } = manifest;
    const header: Header = {
      formatVersion,
      vectorName,
      settings,
      encoding,
      slots,
      idsBytes: ids.length,
      graph: path.basename(graph),
      graphBytes: bytes,
      graphChecksum: checksum,
    };
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const content = [magic, length, text, ids, Buffer.from(checksums.buffer, checksums.byteOffset, checksums.byteLength)];
    const seal = Buffer.alloc(4);
    seal.writeUInt32LE(content.reduce((sum, part) => crc32(part, sum), 0));
    writeFileSync(`${this.manifest}${unfinished}`, Buffer.concat([...content, seal]), { flush: true });
    renameSync(`${this.manifest}${unfinished}`, this.manifest);
    sync(this.directory);
    return graph;
  }

  /** The manifest and its graph's file; undefined when there is none. Throws when either is damaged. */
  read(): { readonly manifest: IndexManifest; readonly graph: string } | undefined {
    let content: Buffer;
    try {
      content = readFileSync(this.manifest);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
    const end = content.length - 4;
    const isIntact = end > magic.length + 4 && content.subarray(0, magic.length).equals(magic);
    if (!isIntact || crc32(content.subarray(0, end)) !== content.readUInt32LE(end)) {
      throw new Error(`${this.manifest} is damaged`);
    }
    const textEnd = magic.length + 4 + content.readUInt32LE(magic.length);
    const header = JSON.parse(content.toString('utf8', magic.length + 4, textEnd)) as Header;
    if (header.formatVersion !== formatVersion || header.vectorName !== this.vectorName) {
      throw new Error(`${this.manifest} has format ${header.formatVersion} and vector "${header.vectorName}"; neither is served here`);
    }
    const idsEnd = textEnd + header.idsBytes;
    // A copy, because numbers of 32 bits must start at a multiple of four.
    const checksums = new Uint32Array(new Uint8Array(content.subarray(idsEnd, end)).buffer);
    const { vectorName, settings, encoding, slots } = header;
    const graph = path.join(this.directory, path.basename(header.graph));
    const found = checksumOfFile(graph);
    if (checksums.length !== slots || found.bytes !== header.graphBytes || found.checksum !== header.graphChecksum) {
      throw new Error(`${graph} is not the graph that its manifest describes`);
    }
    return { manifest: { vectorName, settings, encoding, slots, ids: content.subarray(textEnd, idsEnd), checksums }, graph };
  }

  /** Deletes everything of this column but one graph and the manifest that names it; without a graph the manifest too. */
  sweep(keptGraph?: string): void {
    const kept = keptGraph === undefined ? [] : [path.basename(keptGraph), path.basename(this.manifest)];
    let names: string[] = [];
    try {
      names = readdirSync(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
    }
    for (const name of names) {
      if (name.startsWith(this.#key) && !kept.includes(name)) {
        rmSync(path.join(this.directory, name), { force: true });
      }
    }
  }
}

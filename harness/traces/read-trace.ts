import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Failure } from '../contract/failure.ts';
import type { TraceDecoder, TraceSink, TraceSource } from './format.ts';
import { type TraceFormatId, traceFormats } from './formats/index.ts';

/** Large pieces, so that the time goes into requests and not into events. */
const chunkBytes = 1 << 20;
const compressions = { zstd: [0x28, 0xb5, 0x2f, 0xfd], gzip: [0x1f, 0x8b, 0x08] } as const;
type Compression = keyof typeof compressions;
const suffixes: Record<Compression, RegExp> = { zstd: /\.zstd?$/i, gzip: /\.gz$/i };

export interface TraceFile extends TraceSource {
  readonly format: TraceFormatId;
  /** Of the compressed file, told after each piece with the size of the file. */
  readonly onProgress: (bytesRead: number, bytesTotal: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Streams a trace file into a sink; returns how it was compressed. Throws `Failure`: a file that cannot be read, a line or
 * record that is malformed or out of order, a file that was cut off (78), an interruption (130).
 */
export async function readTrace(trace: TraceFile, sink: TraceSink): Promise<Compression | 'none'> {
  const { file, signal, onProgress } = trace;
  const total = await sizeOf(file);
  const compression = await compressionOf(file);
  const decoder: TraceDecoder = traceFormats[trace.format].open(trace, sink);
  const source = createReadStream(file, { highWaterMark: chunkBytes, signal });
  const plain = compression === 'none' ? source : decompressed(source, compression);
  try {
    for await (const chunk of plain) {
      decoder.push(chunk as Buffer);
      onProgress(source.bytesRead, total);
    }
  } catch (error) {
    if (signal.aborted) {
      throw new Failure('interrupted', 'interrupted', `reading ${file} was interrupted`, { cause: error });
    }
    throw error instanceof Failure ? error : unreadable(file, error);
  }
  decoder.end();
  return compression;
}

function decompressed(source: Readable, compression: Compression): Readable {
  const inflate = compression === 'zstd' ? createZstdDecompress({ chunkSize: chunkBytes }) : createGunzip({ chunkSize: chunkBytes });
  // An error reaches the reader through the stream that it reads.
  return pipeline(source, inflate, () => undefined);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (!found.isFile()) {
    throw unreadable(file, new Error('it is no file'));
  }
  return found.size;
}

/** By its first bytes; a name that promises a compression which the file does not have is refused. */
async function compressionOf(file: string): Promise<Compression | 'none'> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const head = Buffer.alloc(4);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const kinds = Object.keys(compressions) as Compression[];
  const found = kinds.find((kind) => compressions[kind].every((byte, place) => head[place] === byte));
  const named = kinds.find((kind) => suffixes[kind].test(file));
  if (named !== undefined && named !== found) {
    throw new Failure('configuration', 'invalid_trace', `${file}, offset 0: the name says ${named}, the first bytes do not`, {
      hint: 'the file was cut off or is not compressed',
    });
  }
  return found ?? 'none';
}

function unreadable(file: string, cause: unknown): Failure {
  return new Failure('configuration', 'unreadable_trace', `${file} cannot be read: ${(cause as Error).message}`, {
    hint: 'name a trace file that is there and whole',
    cause,
  });
}

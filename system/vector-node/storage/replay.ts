import { fileHeaderBytes, frameHeaderBytes, frameMagic, readFileHeader, readFrameBody, readFrameHeader } from './frame.ts';

/** Bytes that can be read at any offset; a read past the end comes back short. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Buffer;
}

/** The log is damaged in a place that no crash explains. It is never skipped: acknowledged writes would be lost silently. */
export class CorruptLogError extends Error {
  override readonly name = 'CorruptLogError';
  readonly path: string;
  readonly offset: number;

  constructor(path: string, offset: number, problem: string) {
    super(
      `${path} is corrupt at offset ${offset}: ${problem}. Restore the file from a copy, or move the collection's folder away to start without it.`,
    );
    this.path = path;
    this.offset = offset;
  }
}

export interface ReplayedLog {
  readonly salt: number;
  /** Frames read; the next frame has this sequence number. */
  readonly frames: number;
  /** Offset after the last intact frame: what follows is a torn tail. */
  readonly end: number;
}

const searchBytes = 1024 * 1024;

/** Offset of an intact frame of number `least` or later that begins at `from` or after; undefined when there is none. */
function findLaterFrame(source: ByteSource, from: number, least: number, salt: number): number | undefined {
  for (let start = from; start < source.size; start += searchBytes) {
    const window = source.read(start, searchBytes + frameMagic.length - 1);
    for (let found = window.indexOf(frameMagic); found !== -1; found = window.indexOf(frameMagic, found + 1)) {
      const offset = start + found;
      const header = readFrameHeader(source.read(offset, frameHeaderBytes), salt);
      if (header !== undefined && header.sequence >= least) {
        return offset;
      }
    }
  }
  return undefined;
}

/**
 * Hands every record to `apply`, in order. An incomplete last frame is a torn tail: it was never acknowledged, and reading ends before
 * it. Damage that an intact frame follows, or in the file header, throws {@link CorruptLogError}; an error of `apply` names the place too.
 */
export function replayLog(path: string, source: ByteSource, apply: (record: Buffer) => void): ReplayedLog {
  const salt = readFileHeader(source.read(0, fileHeaderBytes));
  if (salt === undefined) {
    throw new CorruptLogError(path, 0, 'it does not begin with an intact header');
  }
  let offset = fileHeaderBytes;
  let frames = 0;
  while (offset < source.size) {
    const header = readFrameHeader(source.read(offset, frameHeaderBytes), salt);
    if (header !== undefined && header.sequence !== frames) {
      throw new CorruptLogError(path, offset, `it has frame ${header.sequence} where frame ${frames} belongs`);
    }
    const body = header === undefined ? undefined : source.read(offset + frameHeaderBytes, header.bodyBytes);
    const records = header === undefined || body === undefined ? undefined : readFrameBody(body, header, salt);
    if (header === undefined || records === undefined) {
      const later = findLaterFrame(source, offset + 1, frames, salt);
      if (later !== undefined) {
        throw new CorruptLogError(path, offset, `frame ${frames} is damaged although a frame follows it at offset ${later}`);
      }
      break;
    }
    for (const record of records) {
      try {
        apply(record);
      } catch (error) {
        throw new CorruptLogError(
          path,
          offset,
          `a record of frame ${frames} cannot be applied: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    offset += frameHeaderBytes + header.bodyBytes;
    frames += 1;
  }
  return { salt, frames, end: offset };
}

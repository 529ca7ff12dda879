import type { ByteSource } from './disk.ts';
import { type FileKind, fileHeaderBytes, frameHeaderBytes, frameMagic, readFileHeader, readFrameBody, readFrameHeader } from './frame.ts';

/** A file is damaged in a place that no crash explains. It is never skipped: acknowledged writes would be lost silently. */
export class CorruptFileError extends Error {
  override readonly name = 'CorruptFileError';
  readonly path: string;
  readonly offset: number;
  readonly problem: string;

  constructor(path: string, offset: number, problem: string) {
    super(
      `${path} is corrupt at offset ${offset}: ${problem}. Restore the storage folder from a copy, or start with an empty one and recover from a snapshot.`,
    );
    this.path = path;
    this.offset = offset;
    this.problem = problem;
  }
}

export interface ReadFrame {
  readonly offset: number;
  readonly sequence: number;
  readonly records: readonly Buffer[];
}

export interface FramesEnd {
  readonly salt: number;
  /** The number of the frame that would come next. */
  readonly nextSequence: number;
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
 * The frames of a file, in order, and where they end. An incomplete last frame is a torn tail, and reading ends before it. Damage that an
 * intact frame follows, or in the file header, or a frame out of its turn throws {@link CorruptFileError}.
 */
export function* readFrames(path: string, source: ByteSource, kind: FileKind, firstSequence: number): Generator<ReadFrame, FramesEnd> {
  const salt = readFileHeader(kind, source.read(0, fileHeaderBytes));
  if (salt === undefined) {
    throw new CorruptFileError(path, 0, `it does not begin with the intact header of a ${kind} file`);
  }
  let offset = fileHeaderBytes;
  let sequence = firstSequence;
  while (offset < source.size) {
    const header = readFrameHeader(source.read(offset, frameHeaderBytes), salt);
    if (header !== undefined && header.sequence !== sequence) {
      throw new CorruptFileError(path, offset, `it has frame ${header.sequence} where frame ${sequence} belongs`);
    }
    const body = header === undefined ? undefined : source.read(offset + frameHeaderBytes, header.bodyBytes);
    const records = header === undefined || body === undefined ? undefined : readFrameBody(body, header, salt);
    if (header === undefined || records === undefined) {
      const later = findLaterFrame(source, offset + 1, sequence, salt);
      if (later !== undefined) {
        throw new CorruptFileError(path, offset, `frame ${sequence} is damaged although a frame follows it at offset ${later}`);
      }
      break;
    }
    yield { offset, sequence, records };
    offset += frameHeaderBytes + header.bodyBytes;
    sequence += 1;
  }
  return { salt, nextSequence: sequence, end: offset };
}

/** Runs `apply` for a record and says in which file and frame it could not be applied. */
export function applyRecord(path: string, frame: ReadFrame, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CorruptFileError(path, frame.offset, `a record of frame ${frame.sequence} cannot be applied: ${reason}`);
  }
}

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The framing of every file that storage writes. A file starts with a header that carries a random salt; then come frames, numbered one
 * after the other. In a log one frame is one group commit: it is written whole, then synced, and only then the next is written. So a
 * crash leaves at most one incomplete frame, and it is the last. A frame has a header of its own with two checksums, one of the header
 * and one of the body, both seeded with the salt, so that bytes a client stored cannot pass for a frame.
 *
 *   file header:  magic (8) · salt (4) · crc32 of both (4)
 *   frame header: magic (4) · body length (4) · sequence number (8) · crc32 of the body (4) · crc32 of the header so far (4)
 *   body:         records, each length (4) · bytes
 */
export const fileHeaderBytes = 16;
export const frameHeaderBytes = 24;
/** Greatest body of a frame; one record of a request of 32 MiB always fits. */
export const maximumBodyBytes = 256 * 1024 * 1024;

/** What a file holds, and the first bytes that say so; the last byte is the version of the format. */
const fileMagics = {
  log: Buffer.from('RTBLOG\0\x02', 'latin1'),
  checkpoint: Buffer.from('RTBCKP\0\x01', 'latin1'),
  catalogue: Buffer.from('RTBCAT\0\x01', 'latin1'),
};
export type FileKind = keyof typeof fileMagics;
export const frameMagic = Buffer.from('FRM\x01', 'latin1');

export function createFileHeader(kind: FileKind, salt = randomBytes(4).readUInt32LE()): Buffer {
  const header = Buffer.alloc(fileHeaderBytes);
  fileMagics[kind].copy(header);
  header.writeUInt32LE(salt, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** The salt of a file, or undefined when the bytes are no intact header of a file of this kind. */
export function readFileHeader(kind: FileKind, header: Buffer): number | undefined {
  const intact =
    header.length >= fileHeaderBytes &&
    header.subarray(0, 8).equals(fileMagics[kind]) &&
    header.readUInt32LE(12) === crc32(header.subarray(0, 12));
  return intact ? header.readUInt32LE(8) : undefined;
}

/** One frame with these records, as the parts to write one after the other. */
export function createFrame(records: readonly Buffer[], sequence: number, salt: number): Buffer[] {
  const parts: Buffer[] = [];
  let bodyBytes = 0;
  let checksum = salt;
  const add = (part: Buffer) => {
    parts.push(part);
    bodyBytes += part.length;
    checksum = crc32(part, checksum);
  };
  for (const record of records) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(record.length);
    add(length);
    add(record);
  }
  const header = Buffer.alloc(frameHeaderBytes);
  frameMagic.copy(header);
  header.writeUInt32LE(bodyBytes, 4);
  header.writeBigUInt64LE(BigInt(sequence), 8);
  header.writeUInt32LE(checksum, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 20), salt), 20);
  return [header, ...parts];
}

export interface FrameHeader {
  readonly bodyBytes: number;
  readonly sequence: number;
  readonly bodyChecksum: number;
}

/** Reads a frame header; undefined when it is not intact. */
export function readFrameHeader(header: Buffer, salt: number): FrameHeader | undefined {
  const intact =
    header.length >= frameHeaderBytes &&
    header.subarray(0, 4).equals(frameMagic) &&
    header.readUInt32LE(20) === crc32(header.subarray(0, 20), salt);
  if (!intact) {
    return undefined;
  }
  return { bodyBytes: header.readUInt32LE(4), sequence: Number(header.readBigUInt64LE(8)), bodyChecksum: header.readUInt32LE(16) };
}

/** The records of a frame's body; undefined when it is not intact. */
export function readFrameBody(body: Buffer, header: FrameHeader, salt: number): Buffer[] | undefined {
  if (body.length !== header.bodyBytes || crc32(body, salt) !== header.bodyChecksum) {
    return undefined;
  }
  const records: Buffer[] = [];
  let offset = 0;
  while (offset < body.length) {
    const end = offset + 4 + body.readUInt32LE(offset);
    records.push(body.subarray(offset + 4, end));
    offset = end;
  }
  return records;
}

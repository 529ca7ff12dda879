import type { Request, RequestHandler } from 'express';
import { FormatError, VectorNodeError } from '../errors.ts';
import { lineAndColumn, offsetOf } from '../json/position.ts';
import { readJson } from '../json/read.ts';
import { collectAfterLargeBody, freeBytes, momentaryBytes } from '../memory.ts';
import { requireWriteAccess } from './access.ts';

/** As Qdrant's default. */
export const bodyLimitBytes = 32 * 1024 * 1024;

const largeBodyBytes = 512 * 1024;

const tooLarge = (bytes: number) =>
  new VectorNodeError(400, `JSON payload (${bytes} bytes) is larger than allowed (limit: ${bodyLimitBytes} bytes).`);

/**
 * Reads the body whole, whatever its content type says, up to 32 MiB. A longer one is refused as soon as that is known, and the rest
 * of it is read without being kept, so that the client sees the answer instead of a closed connection.
 */
export const readBody: RequestHandler = (request, _response, next) => {
  const announced = Number(request.headers['content-length'] ?? 0);
  // A large body is put together as it comes, so that no more than one of its pieces is held beside it.
  const room = announced > largeBodyBytes && announced <= bodyLimitBytes ? momentaryBytes(announced) : undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDecided = false;
  const decide = (error?: Error) => {
    if (!isDecided) {
      isDecided = true;
      request.body = error === undefined ? (room?.subarray(0, bytes) ?? Buffer.concat(chunks)) : undefined;
      chunks.length = 0;
      next(error);
    }
  };
  request.on('data', (chunk: Buffer) => {
    room?.set(chunk, bytes);
    bytes += chunk.length;
    if (room !== undefined) {
      freeBytes(chunk);
    } else if (bytes > bodyLimitBytes) {
      decide(tooLarge(bytes));
    } else if (!isDecided) {
      chunks.push(chunk);
    }
  });
  request.on('end', () => decide());
  request.on('error', (error) => decide(new VectorNodeError(400, `Bad request: ${error.message}`, error)));
  if (announced > bodyLimitBytes) {
    decide(tooLarge(announced));
  } else if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    decide(new VectorNodeError(415, 'Bad request: a content-encoding is not taken'));
  }
};

const nothing = Buffer.alloc(0);

/** Whether a call's format errors name the place: those that the engine buffers before reading do not. */
export type ErrorPositions = 'with positions' | 'without positions';

/** Parses the body of a request and reads it with `read`; format errors get the position that the engine would name. */
export function readBodyOf<T>(request: Request, positions: ErrorPositions, read: (body: unknown) => T): T {
  const bytes: Buffer = Buffer.isBuffer(request.body) ? request.body : nothing;
  try {
    const value = read(readJson(bytes));
    const { length } = bytes;
    if (length > largeBodyBytes) {
      request.body = undefined;
      freeBytes(bytes);
      collectAfterLargeBody(length);
    }
    requireWriteAccess(request);
    return value;
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }
    const { position } = error;
    if (position.kind !== 'column' && positions === 'without positions') {
      throw error;
    }
    const { line, column } = position.kind === 'column' ? position : lineAndColumn(bytes, offsetOf(bytes, position));
    throw new VectorNodeError(400, `${error.message} at line ${line} column ${column}`);
  }
}

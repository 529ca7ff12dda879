import express, { type Request, type RequestHandler } from 'express';
import { FormatError, VectorNodeError } from '../errors.ts';
import { lineAndColumn, offsetOf } from '../json/position.ts';
import { readJson } from '../json/read.ts';
import { requireWriteAccess } from './access.ts';

/** As Qdrant's default. */
export const bodyLimitBytes = 32 * 1024 * 1024;

/** Reads the body whole, whatever its content type says, up to 32 MiB. */
export const readBody: RequestHandler = express.raw({ type: () => true, limit: bodyLimitBytes, inflate: false });

const nothing = Buffer.alloc(0);

/** Whether a call's format errors name the place: those that the engine buffers before reading do not. */
export type ErrorPositions = 'with positions' | 'without positions';

/** Parses the body of a request and reads it with `read`; format errors get the position that the engine would name. */
export function readBodyOf<T>(request: Request, positions: ErrorPositions, read: (body: unknown) => T): T {
  const bytes: Buffer = Buffer.isBuffer(request.body) ? request.body : nothing;
  try {
    const value = read(readJson(bytes));
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

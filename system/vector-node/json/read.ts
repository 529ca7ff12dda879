import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'secure-json-parse';
import { FormatError } from '../errors.ts';
import { diagnoseJson } from './diagnose.ts';
import { integralFloat } from './integral-float.ts';
import { lineAndColumn } from './position.ts';
import { scanJson } from './scan.ts';

const integerPattern = /^-?\d+$/;
const greatestInteger = 2n ** 64n - 1n;
const leastInteger = -(2n ** 63n);

/** Keeps what a double would lose: integers of 64 bits become bigints, `20.0` stays a float. An integer beyond 64 bits is a float, as in the engine. */
function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value) || context?.source === undefined) {
    return value;
  }
  if (!integerPattern.test(context.source)) {
    return integralFloat(value);
  }
  if (Number.isSafeInteger(value)) {
    return value;
  }
  const exact = BigInt(context.source);
  return exact >= leastInteger && exact <= greatestInteger ? exact : integralFloat(value);
}

function refuse(bytes: Buffer): never {
  const fault = diagnoseJson(bytes);
  if (fault !== undefined) {
    const { line, column } = lineAndColumn(bytes, fault.offset);
    throw new FormatError(fault.message, { kind: 'column', line, column });
  }
  throw new FormatError('keys named __proto__ or constructor.prototype are not accepted', { kind: 'end' });
}

/** Longer texts that are made at once lie outside of the engine's heap, where they leave holes. */
const pieceBytes = 512 * 1024;

function textOf(bytes: Buffer, encoding: 'latin1' | 'utf8'): string {
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + pieceBytes, bytes.length);
    // A character of several bytes is not cut: those after its first begin with 10.
    while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) {
      end -= 1;
    }
    text += bytes.toString(encoding, start, end);
    start = end;
  }
  return text;
}

/**
 * Parses a JSON body. Integers beyond 2^53 come out as bigints, floats of integral value as {@link integralFloat}; text that is broken, too deep, has a number beyond a double,
 * repeats a key of the outermost object, or sets a prototype is refused with a {@link FormatError}.
 */
export function readJson(bytes: Buffer): unknown {
  const scan = scanJson(bytes);
  const startsWithByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb;
  if (scan.refused || startsWithByteOrderMark) {
    refuse(bytes);
  }
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) {
    refuse(bytes);
  }
  let value: unknown;
  try {
    value = parse(textOf(bytes, ascii ? 'latin1' : 'utf8'), scan.needsText ? exactNumbers : undefined, {
      protoAction: 'error',
      constructorAction: 'error',
    });
  } catch {
    refuse(bytes);
  }
  if (scan.duplicateKey !== undefined) {
    throw new FormatError(`duplicate field \`${scan.duplicateKey}\``, { kind: 'end' });
  }
  return value;
}

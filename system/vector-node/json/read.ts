import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'secure-json-parse';
import { FormatError } from '../errors.ts';
import { diagnoseJson } from './diagnose.ts';
import { lineAndColumn } from './position.ts';
import { scanJson } from './scan.ts';

const integerPattern = /^-?\d+$/;
const greatestInteger = 2n ** 64n - 1n;
const leastInteger = -(2n ** 63n);

/** Keeps integers of 64 bits exact: those that a double cannot hold become bigints. */
function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined || !integerPattern.test(context.source)) {
    return value;
  }
  const exact = BigInt(context.source);
  return exact >= leastInteger && exact <= greatestInteger ? exact : value;
}

function refuse(bytes: Buffer): never {
  const fault = diagnoseJson(bytes);
  if (fault !== undefined) {
    const { line, column } = lineAndColumn(bytes, fault.offset);
    throw new FormatError(fault.message, { kind: 'column', line, column });
  }
  throw new FormatError('keys named __proto__ or constructor.prototype are not accepted', { kind: 'end' });
}

/**
 * Parses a JSON body. Integers beyond 2^53 come out as bigints; text that is broken, too deep, has a number beyond a double,
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
    value = parse(ascii ? bytes.toString('latin1') : bytes.toString('utf8'), scan.hasLongInteger ? exactIntegers : undefined, {
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

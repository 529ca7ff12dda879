import type { FormatPosition } from '../errors.ts';
import { endOfNumber, endOfString } from './scan.ts';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Line and column as error texts give them: lines from 1, columns in bytes. */
export function lineAndColumn(bytes: Buffer, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let index = bytes.indexOf(0x0a); index !== -1 && index < offset; index = bytes.indexOf(0x0a, index + 1)) {
    line += 1;
    lineStart = index + 1;
  }
  return { line, column: offset - lineStart };
}

function skipSpace(bytes: Buffer, start: number): number {
  let index = start;
  while (bytes[index] === 0x20 || bytes[index] === 0x0a || bytes[index] === 0x0d || bytes[index] === 0x09) {
    index += 1;
  }
  return index;
}

/** Index just after the value that starts at `start`; the text is known to be well-formed. */
function endOfValue(bytes: Buffer, start: number): number {
  let depth = 0;
  let index = start;
  do {
    const sign = String.fromCharCode(bytes[index] ?? 0);
    if (sign === '"') {
      index = endOfString(bytes, index) + 1;
    } else if (sign === '{' || sign === '[') {
      depth += 1;
      index += 1;
    } else if (sign === '}' || sign === ']') {
      depth -= 1;
      index += 1;
    } else if (depth === 0) {
      index = /[a-z]/.test(sign) ? index + (sign === 'f' ? 5 : 4) : endOfNumber(bytes, index);
    } else {
      index += 1;
    }
  } while (depth > 0 && index < bytes.length);
  return index;
}

/** Index of the value of `key` in the object that starts at `start`, or undefined. */
function memberStart(bytes: Buffer, start: number, key: string): number | undefined {
  let index = skipSpace(bytes, start + 1);
  while (bytes[index] === 0x22) {
    const keyEnd = endOfString(bytes, index);
    const name = JSON.parse(bytes.toString('utf8', index, keyEnd + 1)) as string;
    const value = skipSpace(bytes, skipSpace(bytes, keyEnd + 1) + 1);
    if (name === key) {
      return value;
    }
    index = skipSpace(bytes, skipSpace(bytes, endOfValue(bytes, value)) + 1);
  }
  return undefined;
}

/** Index of an element of the list that starts at `start`, or undefined. */
function elementStart(bytes: Buffer, start: number, position: number): number | undefined {
  let index = skipSpace(bytes, start + 1);
  for (let passed = 0; passed < position && bytes[index] !== closeBracket; passed += 1) {
    index = skipSpace(bytes, skipSpace(bytes, endOfValue(bytes, index)) + 1);
  }
  return bytes[index] === closeBracket ? undefined : index;
}

function innerStart(bytes: Buffer, start: number, step: string | number): number | undefined {
  if (typeof step === 'number') {
    return bytes[start] === openBracket ? elementStart(bytes, start, step) : undefined;
  }
  return bytes[start] === openBrace ? memberStart(bytes, start, step) : undefined;
}

/** Offset that a format error names: the end of the body, of a value, or (for an enum tried as a whole) past a bracket that closes right after it. */
export function offsetOf(bytes: Buffer, position: Exclude<FormatPosition, { kind: 'column' }>): number {
  const start = skipSpace(bytes, 0);
  if (position.kind === 'end') {
    return endOfValue(bytes, start);
  }
  let value: number | undefined = start;
  for (const step of position.path) {
    value = value === undefined ? undefined : innerStart(bytes, value, step);
  }
  if (value === undefined) {
    return endOfValue(bytes, start);
  }
  const end = endOfValue(bytes, value);
  const next = skipSpace(bytes, end);
  return position.kind === 'enum' && (bytes[next] === closeBrace || bytes[next] === closeBracket) ? next + 1 : end;
}

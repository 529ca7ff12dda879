/** What one pass over JSON text finds that JSON.parse would lose or let through. */
export interface Scan {
  /** A number whose text says more than a double: an integer of 16 or more digits, or one with a fraction or exponent that may be integral. */
  readonly needsText: boolean;
  /** Nested deeper than allowed, or a number beyond a double. */
  readonly refused: boolean;
  /** The first key of the outermost object that is there twice. */
  readonly duplicateKey: string | undefined;
}

/** The nesting at which the Rust engine's reader stops. */
export const maximumDepth = 127;
const longIntegerDigits = 16;
const longestFiniteDigits = 300;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const dot = 0x2e;
const zero = 0x30;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

const isDigit = new Uint8Array(256);
const isNumberByte = new Uint8Array(256);
for (const character of '0123456789+-.eE') {
  isNumberByte[character.charCodeAt(0)] = 1;
}
for (const character of '0123456789') {
  isDigit[character.charCodeAt(0)] = 1;
}

/** Index of the quote that closes the string opened at `start`, or the length. */
export function endOfString(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length) {
    const byte = bytes[index];
    if (byte === backslash) {
      index += 2;
    } else if (byte === quote) {
      return index;
    } else {
      index += 1;
    }
  }
  return bytes.length;
}

/** Index just after the number that starts at `start`. */
export function endOfNumber(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && isNumberByte[bytes[index] as number] === 1) {
    index += 1;
  }
  return index;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let index = start;
  while (isDigit[bytes[index] ?? 0] === 1) {
    index += 1;
  }
  return index;
}

/** True when the digits after a point are all zero. */
function hasNoFraction(bytes: Uint8Array, start: number, end: number): boolean {
  let index = start;
  while (index < end && bytes[index] === zero) {
    index += 1;
  }
  return index === end;
}

/** Scans well-formed or broken JSON without parsing or recursion. */
export function scanJson(bytes: Buffer): Scan {
  let depth = 0;
  let needsText = false;
  let refused = false;
  let keyExpected = false;
  /** The outermost value is an object: only its keys are looked at. */
  let isObject = false;
  let duplicateKey: string | undefined;
  const keys = new Set<string>();
  let index = 0;
  while (index < bytes.length) {
    const byte = bytes[index] as number;
    if (isNumberByte[byte] === 1) {
      const integerEnd = endOfDigits(bytes, index + 1);
      const fractionEnd = bytes[integerEnd] === dot ? endOfDigits(bytes, integerEnd + 1) : integerEnd;
      const end = endOfNumber(bytes, fractionEnd - 1);
      const hasExponent = fractionEnd < end;
      if (hasExponent || end - index > longestFiniteDigits) {
        const value = Number(bytes.toString('latin1', index, end));
        refused ||= !Number.isFinite(value);
        needsText ||= hasExponent && Number.isInteger(value);
      }
      needsText ||= integerEnd === end ? end - index >= longIntegerDigits : !hasExponent && hasNoFraction(bytes, integerEnd + 1, end);
      index = end;
      continue;
    }
    if (byte === quote) {
      const end = endOfString(bytes, index);
      if (keyExpected && depth === 1) {
        const key = bytes.toString('latin1', index + 1, end);
        duplicateKey ??= keys.has(key) ? key : undefined;
        keys.add(key);
      }
      keyExpected = false;
      index = end + 1;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      depth += 1;
      refused ||= depth > maximumDepth;
      isObject ||= depth === 1 && byte === openBrace;
      keyExpected = byte === openBrace;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    } else if (byte === comma) {
      keyExpected = isObject && depth === 1;
    }
    index += 1;
  }
  return { needsText, refused, duplicateKey };
}

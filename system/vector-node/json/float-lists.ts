import { readJson } from './read.ts';

/*
 * Most of the bytes of a search or an upsert are the components of vectors. Read as JSON each becomes a number of 64 bits in a list,
 * to be rounded to 32 bits afterwards. Here such lists are cut out of the text and read straight into 32 bits; what is left is read
 * as always. Whatever is unusual is not handled: the caller reads the whole body in the ordinary way, so that this path never decides
 * what is an error.
 */

/** Shorter lists are not worth it, and payloads have them. */
const leastComponents = 16;
/** Stands where a list was cut out. */
const placeholder = '4.0625e300';
const placeholderValue = Number(placeholder);
/** Members whose value is a vector, or vectors by name. */
const vectorKeys: ReadonlySet<string> = new Set(['query', 'vector', 'nearest']);
/** Members of a sparse vector, which are no vectors. */
const sparseKeys: ReadonlySet<string> = new Set(['indices', 'values']);
/** Members with values of the client's own, in which nothing is a vector. */
const opaqueKeys: ReadonlySet<string> = new Set(['payload', 'payloads', 'filter']);

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const upperE = 0x45;
const lowerE = 0x65;

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= zero && byte <= nine;
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const exactDigits = 15;
const least32 = 1.2e-38;
const greatest32 = 3.4e38;
const float64 = new Float64Array(1);
const halves = new Uint32Array(float64.buffer);
const lowHalf = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const mantissaBits = 0x1fff_ffff;
const midpoint = 0x1000_0000;
const tolerance = 16;

/** True when a double with an error of a few units in its last place may round to another 32-bit float than the exact value. */
function isDoubtful(value: number): boolean {
  const magnitude = Math.abs(value);
  if (magnitude === 0) {
    return false;
  }
  float64[0] = value;
  const distance = ((halves[lowHalf] as number) & mantissaBits) - midpoint;
  return magnitude < least32 || magnitude > greatest32 || (distance < tolerance && distance > -tolerance);
}

/** Reads the numbers of a list. `end` is the index after its closing bracket, or -1 when it is anything but a list of numbers. */
class FloatListReader {
  #values = new Float32Array(1024);
  end = -1;

  /** @param start index after the opening bracket */
  read(bytes: Buffer, start: number): Float32Array | undefined {
    this.end = -1;
    let index = start;
    let count = 0;
    for (;;) {
      while (isSpace(bytes[index])) {
        index += 1;
      }
      const from = index;
      const isNegative = bytes[index] === minus;
      index += isNegative ? 1 : 0;
      const first = index;
      let high = 0;
      let low = 0;
      let digits = 0;
      let byte = bytes[index] as number;
      while (byte >= zero && byte <= nine) {
        if (digits < exactDigits) {
          high = high * 10 + (byte - zero);
        } else {
          low = low * 10 + (byte - zero);
        }
        // Zeros before the first other digit count for nothing.
        digits += high === 0 ? 0 : 1;
        index += 1;
        byte = bytes[index] as number;
      }
      const isWhole = index > first && (bytes[first] !== zero || index === first + 1);
      let decimals = 0;
      if (byte === dot) {
        const point = index;
        index += 1;
        byte = bytes[index] as number;
        while (byte >= zero && byte <= nine) {
          if (digits < exactDigits) {
            high = high * 10 + (byte - zero);
          } else {
            low = low * 10 + (byte - zero);
          }
          digits += high === 0 ? 0 : 1;
          index += 1;
          byte = bytes[index] as number;
        }
        decimals = index - point - 1;
        if (decimals === 0) {
          return undefined;
        }
      }
      if (!isWhole) {
        return undefined;
      }
      let value: number;
      const hasExponent = byte === lowerE || byte === upperE;
      if (hasExponent || decimals >= powersOfTen.length || digits > 2 * exactDigits) {
        if (hasExponent) {
          index += bytes[index + 1] === minus || bytes[index + 1] === 0x2b ? 2 : 1;
          if (!isDigit(bytes[index])) {
            return undefined;
          }
          while (isDigit(bytes[index])) {
            index += 1;
          }
        }
        value = Number(bytes.toString('latin1', from, index));
        if (!Number.isFinite(value)) {
          return undefined;
        }
      } else {
        const magnitude =
          (digits > exactDigits ? high * (powersOfTen[digits - exactDigits] as number) + low : high) / (powersOfTen[decimals] as number);
        value = isDoubtful(magnitude) ? Number(bytes.toString('latin1', first, index)) : magnitude;
        value = isNegative ? -value : value;
      }
      if (count === this.#values.length) {
        const grown = new Float32Array(count * 2);
        grown.set(this.#values);
        this.#values = grown;
      }
      this.#values[count] = value;
      count += 1;
      while (isSpace(bytes[index])) {
        index += 1;
      }
      if (bytes[index] === closeBracket) {
        this.end = index + 1;
        return this.#values.slice(0, count);
      }
      if (bytes[index] !== comma) {
        return undefined;
      }
      index += 1;
    }
  }
}

const reader = new FloatListReader();

interface Container {
  readonly isList: boolean;
  /** The member or index that is being read. */
  key: string | number;
  /** Lists in here are vectors; named ones are a level deeper. */
  readonly holdsVectors: boolean;
}

interface Cut {
  readonly path: readonly (string | number)[];
  readonly floats: Float32Array;
}

function mayBeVector(container: Container | undefined): boolean {
  if (container === undefined || container.isList) {
    return false;
  }
  const key = container.key as string;
  return vectorKeys.has(key) || (container.holdsVectors && !sparseKeys.has(key));
}

/** Puts the lists where the placeholders are; false when something else is there. */
function putBack(root: unknown, cuts: readonly Cut[]): boolean {
  for (const { path, floats } of cuts) {
    let place = root;
    for (const key of path.slice(0, -1)) {
      place = (place as Record<string | number, unknown>)[key];
    }
    const last = path.at(-1) as string | number;
    if ((place as Record<string | number, unknown>)[last] !== placeholderValue) {
      return false;
    }
    (place as Record<string | number, unknown>)[last] = floats;
  }
  return true;
}

/**
 * Reads a JSON body with its vectors as `Float32Array`; undefined when it has none or anything about it is unusual.
 * Throws what {@link readJson} throws, for the text without the vectors.
 */
export function readJsonWithFloats(bytes: Buffer): unknown {
  const stack: Container[] = [];
  const kept: string[] = [];
  const cuts: Cut[] = [];
  let keptUntil = 0;
  let index = 0;
  while (index < bytes.length) {
    const byte = bytes[index] as number;
    const container = stack.at(-1);
    if (byte === quote) {
      const start = index + 1;
      index = bytes.indexOf(quote, start);
      // A quote after a backslash may be part of the text.
      while (index !== -1 && bytes[index - 1] === backslash) {
        let backslashes = 1;
        while (bytes[index - 1 - backslashes] === backslash) {
          backslashes += 1;
        }
        if (backslashes % 2 === 0) {
          break;
        }
        index = bytes.indexOf(quote, index + 1);
      }
      if (index === -1) {
        return undefined;
      }
      const end = index;
      index += 1;
      while (isSpace(bytes[index])) {
        index += 1;
      }
      if (bytes[index] === colon && container !== undefined && !container.isList) {
        const key = bytes.toString('latin1', start, end);
        if (key.includes('\\')) {
          return undefined;
        }
        container.key = key;
        index += 1;
      }
    } else if (byte === openBracket || byte === openBrace) {
      const floats = byte === openBracket && mayBeVector(container) ? reader.read(bytes, index + 1) : undefined;
      if (floats !== undefined && floats.length >= leastComponents) {
        kept.push(bytes.toString('latin1', keptUntil, index), placeholder);
        cuts.push({ path: stack.map(({ key }) => key), floats });
        index = reader.end;
        keptUntil = index;
        continue;
      }
      if (container !== undefined && opaqueKeys.has(container.key as string)) {
        const end = endOfContainer(bytes, index);
        if (end === -1) {
          return undefined;
        }
        index = end;
        continue;
      }
      const isNamed = byte === openBrace && container !== undefined && !container.isList && container.key === 'vector';
      stack.push({ isList: byte === openBracket, key: byte === openBracket ? 0 : '', holdsVectors: isNamed });
      index += 1;
    } else if (byte === closeBracket || byte === closeBrace) {
      stack.pop();
      index += 1;
    } else {
      if (byte === comma && container?.isList === true) {
        container.key = (container.key as number) + 1;
      }
      index += 1;
    }
  }
  if (cuts.length === 0) {
    return undefined;
  }
  kept.push(bytes.toString('latin1', keptUntil));
  const rest = Buffer.from(kept.join(''), 'latin1');
  const value = readJson(rest);
  return putBack(value, cuts) ? value : undefined;
}

/** Index after the list or object that begins at `start`, or -1. */
function endOfContainer(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte === quote) {
      index += 1;
      while (index < bytes.length && bytes[index] !== quote) {
        index += bytes[index] === backslash ? 2 : 1;
      }
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) {
        return index + 1;
      }
    }
  }
  return -1;
}

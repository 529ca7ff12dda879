import type { Deque } from './deque.ts';

/** Texts have one character per byte, so that any bytes can be kept. */
export type Value = string | Map<string, string> | Deque;

/** A key with what it holds. */
export interface Entry {
  readonly key: string;
  value: Value;
  /** Unix time, ms; infinite where the key does not expire. */
  expiresAtMs: number;
  /** When a command last read or wrote it, ms. */
  usedAtMs: number;
  /** Estimated size of the value, see `footprint.ts`. */
  valueBytes: number;
  /** Where it stands among all keys. */
  place: number;
  /** Where it stands among the keys that expire; -1 where it does not. */
  expiryPlace: number;
}

export type TypeName = 'string' | 'hash' | 'list';

export function typeOf(value: Value): TypeName {
  if (typeof value === 'string') {
    return 'string';
  }
  return value instanceof Map ? 'hash' : 'list';
}

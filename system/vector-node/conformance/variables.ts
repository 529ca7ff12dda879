import type { Json } from './recording.ts';
import { rawNumber } from './recording.ts';

/** Captured and built-in values by name; bytes only for uploads. */
export type Variables = ReadonlyMap<string, string | number | Buffer>;

function textOrNumber(name: string, variables: Variables): string | number {
  const value = variables.get(name);
  if (value === undefined || Buffer.isBuffer(value)) {
    throw new RangeError(`no captured text or number is named "${name}"`);
  }
  return value;
}

/** A text with every `{{name}}` replaced. */
export function filledText(text: string, variables: Variables): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => String(textOrNumber(name, variables)));
}

/** A copy with `{{name}}` replaced in texts and keys, and `"{{#name}}"` by the value as a number. */
export function filled(value: Json, variables: Variables): Json {
  if (typeof value === 'string') {
    const number = /^\{\{#(\w+)\}\}$/.exec(value);
    return number?.[1] === undefined ? filledText(value, variables) : Number(textOrNumber(number[1], variables));
  }
  if (Array.isArray(value)) {
    return value.map((item: Json) => filled(item, variables));
  }
  if (typeof value === 'object' && value !== null && rawNumber(value) === undefined) {
    return Object.fromEntries(
      Object.entries(value as { readonly [key: string]: Json }).map(([key, item]) => [filledText(key, variables), filled(item, variables)]),
    );
  }
  return value;
}

/** The value that a dotted path leads to. */
export function valueAt(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], answer);
}

import { FormatError } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { isObject, type Payload, type PayloadPath, parsePath } from './payload-path.ts';

/** Which part of a payload an answer has. */
export type PayloadSelection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exclude'; readonly paths: readonly PayloadPath[] };

export const noPayload: PayloadSelection = { kind: 'none' };
export const wholePayload: PayloadSelection = { kind: 'all' };

const expected = 'Expected a boolean, an array of strings, or an object with an include/exclude field';

function readPaths(value: unknown): PayloadPath[] {
  if (!Array.isArray(value) || !value.every((key): key is string => typeof key === 'string')) {
    throw new FormatError(expected);
  }
  try {
    return value.map(parsePath);
  } catch {
    // The engine tries the forms one after the other and names none of their errors.
    throw new FormatError(expected);
  }
}

/** Reads `with_payload`: a boolean, a list of keys, or an object with exactly one of `include` and `exclude`. */
export function readPayloadSelection(value: unknown, otherwise: PayloadSelection): PayloadSelection {
  if (value === undefined || value === null) {
    return otherwise;
  }
  if (typeof value === 'boolean') {
    return value ? wholePayload : noPayload;
  }
  if (Array.isArray(value)) {
    return { kind: 'include', paths: readPaths(value) };
  }
  const [kind, ...others] = isObject(value) ? Object.keys(value) : [];
  if (others.length > 0 || (kind !== 'include' && kind !== 'exclude')) {
    throw new FormatError(expected);
  }
  return { kind, paths: readPaths((value as Payload)[kind]) };
}

interface Cursor {
  readonly path: PayloadPath;
  /** How many steps of the path were taken. */
  readonly taken: number;
}

/** Cursors that go on into a member (a key) or into an element (an index). */
function advance(cursors: readonly Cursor[], into: string | number): Cursor[] {
  const next: Cursor[] = [];
  for (const { path, taken } of cursors) {
    const step = path.steps[taken];
    const matches =
      step !== undefined &&
      (typeof into === 'string'
        ? step.kind === 'key' && step.key === into
        : step.kind === 'all' || (step.kind === 'element' && step.index === into));
    if (matches) {
      next.push({ path, taken: taken + 1 });
    }
  }
  return next;
}

const isComplete = ({ path, taken }: Cursor) => taken === path.steps.length;

function included(value: unknown, cursors: readonly Cursor[]): unknown {
  if (cursors.some(isComplete)) {
    return value;
  }
  if (Array.isArray(value)) {
    const entered = value.map((element, index) => ({ element, cursors: advance(cursors, index) }));
    return entered.filter((entry) => entry.cursors.length > 0).map((entry) => included(entry.element, entry.cursors));
  }
  if (!isObject(value)) {
    return undefined;
  }
  return mapMembers(value, (member, key) => {
    const next = advance(cursors, key);
    return next.length === 0 ? undefined : included(member, next);
  });
}

function excluded(value: unknown, cursors: readonly Cursor[]): unknown {
  if (cursors.some(isComplete)) {
    return undefined;
  }
  if (cursors.length === 0) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((element, index) => excluded(element, advance(cursors, index))).filter((element) => element !== undefined);
  }
  return isObject(value) ? mapMembers(value, (member, key) => excluded(member, advance(cursors, key))) : value;
}

/** A copy with mapped members; those mapped to undefined are left out. */
function mapMembers(value: Payload, map: (member: unknown, key: string) => unknown): Payload {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    const mapped = map(member, key);
    if (mapped !== undefined) {
      copy[key] = mapped;
    }
  }
  return copy;
}

/** JSON text of the selected part of a payload; undefined when the answer has none. `whole` gives the text of all of it. */
export function selectedPayloadJson(selection: PayloadSelection, payload: Payload, whole: () => string): string | undefined {
  if (selection.kind === 'none') {
    return undefined;
  }
  if (selection.kind === 'all') {
    return whole();
  }
  const cursors = selection.paths.map((path) => ({ path, taken: 0 }));
  return writeJson(selection.kind === 'include' ? included(payload, cursors) : excluded(payload, cursors));
}

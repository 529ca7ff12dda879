import { FormatError } from '../errors.ts';
import { isIntegralFloat } from '../json/integral-float.ts';

export type Payload = { readonly [key: string]: unknown };

interface KeyStep {
  readonly kind: 'key';
  readonly key: string;
}
interface ElementStep {
  readonly kind: 'element';
  readonly index: number;
}
interface AllStep {
  readonly kind: 'all';
}
type Step = KeyStep | ElementStep | AllStep;

/** A parsed key such as `meta.lang`, `parts[].k`, `parts[0].k` or `"a.b".c`. */
export interface PayloadPath {
  readonly text: string;
  readonly steps: readonly Step[];
}

const keyPattern = /(?:"([^"]+)"|([^\s."[\]][^."[\]]*))((?:\[\d*\])*)(\.|$)/y;
const indexPattern = /\[(\d*)\]/g;

/** Parses a key; throws a {@link FormatError} for one that is none. */
export function parsePath(text: string): PayloadPath {
  const steps: Step[] = [];
  keyPattern.lastIndex = 0;
  let complete = false;
  while (!complete) {
    const match = keyPattern.exec(text);
    if (match === null) {
      throw new FormatError(`Invalid json path: '${text}'`);
    }
    steps.push({ kind: 'key', key: match[1] ?? match[2] ?? '' });
    for (const [, index] of (match[3] ?? '').matchAll(indexPattern)) {
      steps.push(index === '' ? { kind: 'all' } : { kind: 'element', index: Number(index) });
    }
    complete = match[4] === '';
  }
  return { text, steps };
}

function collect(value: unknown, steps: readonly Step[], at: number, found: unknown[]): void {
  const step = steps[at];
  if (step === undefined) {
    found.push(value);
  } else if (step.kind === 'key') {
    if (isObject(value) && Object.hasOwn(value, step.key)) {
      collect(value[step.key], steps, at + 1, found);
    }
  } else if (Array.isArray(value)) {
    for (const element of step.kind === 'all' ? value : value.slice(step.index, step.index + 1)) {
      collect(element, steps, at + 1, found);
    }
  }
}

export function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isIntegralFloat(value);
}

/** The values that a path leads to; none when the payload does not have it. A list counts as one value. */
export function valuesAt(payload: Payload, path: PayloadPath): unknown[] {
  const [first] = path.steps;
  if (path.steps.length === 1 && first?.kind === 'key') {
    return Object.hasOwn(payload, first.key) ? [payload[first.key]] : [];
  }
  const found: unknown[] = [];
  collect(payload, path.steps, 0, found);
  return found;
}

/** The values that conditions on a key look at: a list stands for its elements. */
export function elementsAt(payload: Payload, path: PayloadPath): unknown[] {
  const values = valuesAt(payload, path);
  return values.some(Array.isArray) ? values.flat(1) : values;
}

import { isObject, type Payload, type PayloadPath } from './payload-path.ts';

type Step = PayloadPath['steps'][number];
type Members = Record<string, unknown>;

/** A copy without a prototype, so that no key of a client means anything. */
function copyOf(payload: Payload): Members {
  return Object.assign(Object.create(null) as Members, payload);
}

/** A copy with the members of `patch` set; a null takes the key away. */
function merged(payload: Payload, patch: Payload): Payload {
  const copy = copyOf(payload);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete copy[key];
    } else {
      copy[key] = value;
    }
  }
  return copy;
}

function mergedAt(value: unknown, steps: readonly Step[], at: number, patch: Payload): unknown {
  const step = steps[at];
  if (step === undefined) {
    return merged(isObject(value) ? value : {}, patch);
  }
  if (step.kind === 'key') {
    const copy = copyOf(isObject(value) ? value : {});
    copy[step.key] = mergedAt(copy[step.key], steps, at + 1, patch);
    return copy;
  }
  // A list is never made longer: an index that it does not have is left alone.
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((element, index) => (step.kind === 'all' || step.index === index ? mergedAt(element, steps, at + 1, patch) : element));
}

/** A payload with `patch` merged in below `path`, or at the top; what is in the way of the path is replaced. */
export function withMembers(payload: Payload, patch: Payload, path: PayloadPath | undefined): Payload {
  return path === undefined ? merged(payload, patch) : (mergedAt(payload, path.steps, 0, patch) as Payload);
}

function removedAt(value: unknown, steps: readonly Step[], at: number): unknown {
  const step = steps[at];
  if (step === undefined) {
    return value;
  }
  const isLast = at === steps.length - 1;
  if (step.kind === 'key') {
    if (!isObject(value) || !Object.hasOwn(value, step.key)) {
      return value;
    }
    const copy = copyOf(value);
    if (isLast) {
      delete copy[step.key];
    } else {
      copy[step.key] = removedAt(copy[step.key], steps, at + 1);
    }
    return copy;
  }
  if (!Array.isArray(value)) {
    return value;
  }
  if (!isLast) {
    return value.map((element, index) =>
      step.kind === 'all' || step.index === index ? removedAt(element, steps, at + 1) : (element as unknown),
    );
  }
  return step.kind === 'all' ? [] : value.filter((_element, index) => index !== step.index);
}

/** A payload without the values that the paths lead to. */
export function withoutKeys(payload: Payload, paths: readonly PayloadPath[]): Payload {
  return paths.reduce<Payload>((left, path) => removedAt(left, path.steps, 0) as Payload, payload);
}

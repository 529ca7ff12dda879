import type { Request } from 'express';
import { VectorNodeError } from '../errors.ts';

export function refused(problem: string): VectorNodeError {
  return new VectorNodeError(400, `Deserialize error in query parameters: ${problem}`);
}

/** The one value of a query parameter; a repeated one is refused. */
export function parameter(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (Array.isArray(value)) {
    throw refused(`duplicate field \`${name}\``);
  }
  return typeof value === 'string' ? value : undefined;
}

/** An unsigned integer of a parameter. */
export function wholeNumber(text: string): number {
  if (text === '') {
    throw refused('cannot parse integer from empty string');
  }
  if (!/^\+?\d+$/.test(text)) {
    throw refused('invalid digit found in string');
  }
  return Number(text);
}

const orderings = ['weak', 'medium', 'strong'];

/** Checks the parameters of a write and tells whether the caller waits for it to be visible. */
export function readWriteParameters(request: Request): { wait: boolean } {
  const wait = parameter(request, 'wait') ?? 'false';
  if (wait !== 'true' && wait !== 'false') {
    throw refused('provided string was not `true` or `false`');
  }
  const ordering = parameter(request, 'ordering');
  if (ordering !== undefined && !orderings.includes(ordering)) {
    throw refused(`unknown variant \`${ordering}\`, expected one of ${orderings.map((known) => `\`${known}\``).join(', ')}`);
  }
  const timeout = parameter(request, 'timeout');
  if (timeout?.startsWith('-')) {
    throw refused('std::time::Duration cannot be negative');
  }
  if (timeout !== undefined) {
    wholeNumber(timeout);
  }
  return { wait: wait === 'true' };
}

/** Whether the caller of a snapshot's route waits for the end, which is what the engine does unless told otherwise. */
export function readWait(request: Request): { wait: boolean } {
  const wait = parameter(request, 'wait') ?? 'true';
  if (wait !== 'true' && wait !== 'false') {
    throw refused('provided string was not `true` or `false`');
  }
  return { wait: wait === 'true' };
}

/** Checks the parameters of a read; one node is always consistent with itself. */
export function checkReadParameters(request: Request): void {
  const consistency = parameter(request, 'consistency');
  const isConsistency =
    consistency === undefined || ['', 'majority', 'quorum', 'all'].includes(consistency) || /^[1-9]\d*$/.test(consistency);
  if (!isConsistency) {
    throw refused(`failed to deserialize read consistency query parameter value '${consistency}'`);
  }
  const timeout = parameter(request, 'timeout');
  if (timeout !== undefined && wholeNumber(timeout) === 0) {
    throw refused('invalid value: integer `0`, expected a nonzero u64');
  }
}

/** The timeout of a read in seconds, which {@link checkReadParameters} has checked. */
export function readTimeout(request: Request): number | undefined {
  const timeout = parameter(request, 'timeout');
  return timeout === undefined ? undefined : Number(timeout);
}

/** Checks the timeout of a call on a collection as a whole. */
export function checkCollectionTimeout(request: Request): void {
  const timeout = parameter(request, 'timeout');
  if (timeout !== undefined && wholeNumber(timeout) === 0) {
    throw new VectorNodeError(422, 'Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]');
  }
}

const longestNameCharacters = 255;
const forbiddenCharacters = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u{1F}'];

/** The collection that the path names, checked. */
export function collectionName(request: Request): string {
  const name = String(request.params.collection);
  const refuse = (problem: string) => new VectorNodeError(422, `Validation error in path parameters: [collection_name: ${problem}]`);
  if (name.length < 1 || name.length > longestNameCharacters) {
    throw refuse(`value ${JSON.stringify(name)} invalid, must be from 1 to ${longestNameCharacters} characters`);
  }
  const forbidden = forbiddenCharacters.find((character) => name.includes(character));
  if (forbidden !== undefined) {
    throw refuse(`collection name cannot contain ${JSON.stringify(forbidden)} char`);
  }
  return name;
}

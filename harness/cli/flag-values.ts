import { InvalidArgumentError } from 'commander';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';

/* Readers of the values of flags. commander tells which flag it was. */

/** More than any machine has cores to spare for. */
const mostWorkers = 64;

/** Exit 64 for a word that is none of the known ones, with the nearest of them. */
export function unknownName(what: string, word: string, known: readonly string[]): Failure {
  const suggestion = nearest(word, known);
  const hint = suggestion === undefined ? `known: ${known.join(', ')}` : `did you mean "${suggestion}"? known: ${known.join(', ')}`;
  return new Failure('usage', `unknown_${what}`, `unknown ${what} "${word}"`, { hint });
}

/** A choice from a fixed list, with the nearest one named when it is none of them. */
export function oneOf<T extends string>(what: string, known: readonly T[]): (word: string) => T {
  return (word) => {
    const found = known.find((candidate) => candidate === word);
    if (found === undefined) {
      throw unknownName(what, word, known);
    }
    return found;
  };
}

/** A seed that every generator here takes. */
export function seed(word: string): number {
  const value = Number(word);
  if (!(Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000_000)) {
    throw new InvalidArgumentError(`"${word}" is no whole number from 0 to 1,000,000,000.`);
  }
  return value;
}

/** A positive number within the limits of a field of the contract. */
export function numberWithin(least: number, most: number, unit: string): (word: string) => number {
  return (word) => {
    const value = Number(word);
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`"${word}" is no number of ${unit} from ${least} to ${most}.`);
    }
    return value;
  };
}

/** `<part>=<port>`, separated by commas. */
export function portsByPart(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((word) => {
      const [, part = '', port = ''] = /^([^=]+)=(\d+)$/.exec(word) ?? [];
      if (part === '') {
        throw new InvalidArgumentError(`"${word}" is not <part>=<port>, such as vector-0=6333.`);
      }
      return [part, portNumber(port)];
    }),
  );
}

/** A TCP port. */
export function portNumber(word: string): number {
  const port = Number(word);
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new InvalidArgumentError(`"${word}" is no port from 1 to 65535.`);
  }
  return port;
}

/** So many generator processes. */
export function numberOfWorkers(word: string): number {
  const workers = Number(word);
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= mostWorkers)) {
    throw new InvalidArgumentError(`"${word}" is no number of processes from 1 to ${mostWorkers}.`);
  }
  return workers;
}

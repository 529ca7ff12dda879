import { largestInteger } from '../resp/integer.ts';
import { CommandError, integerArgument } from './command.ts';

export type ExpiryUnit = 's' | 'ms';

/**
 * Unix time in ms at which a key is to expire, from a time that is given relative to now. Times that have passed are for the
 * caller to judge.
 * @throws CommandError when it is no integer, or beyond the 64 bits in which Redis counts ms.
 */
export function relativeExpiry(command: string, text: string, unit: ExpiryUnit, nowMs: number): number {
  const given = integerArgument(text);
  const ms = unit === 's' ? given * 1000n : given;
  const at = ms + BigInt(Math.floor(nowMs));
  if (ms < -largestInteger - 1n || ms > largestInteger || at > largestInteger) {
    throw invalidExpiry(command);
  }
  return Number(at);
}

export function invalidExpiry(command: string): CommandError {
  return new CommandError(`ERR invalid expire time in '${command}' command`);
}

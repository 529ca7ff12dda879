import type { ValidityCheck } from '../harness/contract/result.ts';
import { count, duration, joined, memory, percent, significant } from './numbers.ts';
import type { Strings } from './strings.ts';

/** Checks carry free units; the ones with a rule of their own are formatted by it. */
export function inUnit(value: number, unit: string): string {
  switch (unit) {
    case 'ms':
      return joined(duration(value));
    case 'share':
      return `${percent(value)} %`;
    case 'bytes':
      return joined(memory(value));
    default:
      return Number.isInteger(value) ? `${count(value)}${unit && ` ${unit}`}` : `${significant(value)}${unit && ` ${unit}`}`;
  }
}

/** More digits than a person would set: the limit was computed. */
const settableDigits = 4;

/** A limit as it was set, so nothing is rounded; one that was computed from the run is rounded like every figure. */
export function limitInUnit(value: number, unit: string): string {
  const shown = Number((unit === 'share' ? value * 100 : value).toPrecision(12));
  if (Number(shown.toPrecision(settableDigits)) !== shown) {
    return inUnit(value, unit);
  }
  return unit === 'share' ? `${count(shown)} %` : `${count(shown)}${unit && ` ${unit}`}`;
}

/** `Schedule lag, p99 0.812 ms`, or that it was not observed. */
export function checkValue(check: ValidityCheck, s: Strings): string {
  return check.observed === undefined ? s.first.notObserved(check.title) : `${check.title} ${inUnit(check.observed, check.unit)}`;
}

/** `2026-11-21 14:02 UTC` */
export function utc(timestamp: string): string {
  return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 16)} UTC`;
}

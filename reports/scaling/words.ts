import type { Result } from '../../harness/contract/result.ts';
import type { Strings } from '../strings.ts';

/** The words of a report without those of a machine: nothing of a simulation holds on one machine or under a rule of resources. */
export function simulatedWords(s: Strings): Strings {
  return { ...s, setting: () => s.scaling.setting };
}

/** The result without the variants that its goals only measure: of many rules they would be a list beside each goal. */
export function heldVariants(result: Result): Result {
  return { ...result, slos: result.slos.map(({ measuredOnly: _notHeld, ...slo }) => slo) };
}

/** How many variants are not held to some goal. */
export function notHeld({ slos }: Pick<Result, 'slos'>): number {
  return new Set(slos.flatMap(({ measuredOnly = [] }) => measuredOnly.map(({ variant }) => variant))).size;
}

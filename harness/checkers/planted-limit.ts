import type { OverloadResult } from '../contract/overload.ts';
import type { CheckerResult } from '../contract/result.ts';

/**
 * Is a limit that was planted named as the one that gave out first? A result of our own method, checked on cases whose answer is
 * known; no checker where nothing was planted. A ramp whose generator was unfit says nothing.
 */
export function plantedLimit(overloads: readonly OverloadResult[]): CheckerResult[] {
  const planted = overloads.filter((each) => each.planted !== undefined);
  if (planted.length === 0) {
    return [];
  }
  const checked = planted.filter(({ validity }) => validity.verdict === 'valid');
  const wrong = checked.filter((each) => each.first.kind !== each.planted);
  const [first] = wrong;
  return [
    {
      id: 'planted-limit',
      verdict: checked.length === 0 ? 'unknown' : wrong.length === 0 ? 'pass' : 'fail',
      checked: checked.length,
      violations: wrong.length,
      exampleRequestIds: [],
      why:
        first !== undefined
          ? `${first.variant} was to give out by ${first.planted}, and ${first.first.kind} was named: ${first.first.evidence}`
          : checked.length === 0
            ? 'the generator was unfit in every ramp'
            : `named as planted: ${checked.map(({ variant, first: found }) => `${variant} (${found.kind})`).join(', ')}`,
    },
  ];
}

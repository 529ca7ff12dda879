import type { OverloadResult } from '../harness/contract/overload.ts';
import { significant } from './numbers.ts';
import type { Strings } from './strings.ts';

/** One sentence: what gave out first, when, and at which rate. A ramp whose generator was unfit says nothing. */
export function overloadSentence({ variant, topology, first, validity }: OverloadResult, s: Strings): string {
  const setting = s.setting([topology.resourceRule]);
  if (validity.verdict === 'invalid') {
    return s.overload.unfit(setting, variant, validity.reasons.map((reason) => reason.replace(/\.$/, ''))[0]);
  }
  const { kind, atSecond, ratePerSecond, evidence } = first;
  const at =
    atSecond === undefined || ratePerSecond === undefined ? undefined : { second: significant(atSecond), rate: significant(ratePerSecond) };
  return s.overload.sentence(setting, variant, s.overload.kind[kind], at, evidence);
}

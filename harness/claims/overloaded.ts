import type { OverloadResult } from '../contract/overload.ts';
import { type Findings, type Judgement, notRun, undecided } from './judge.ts';

/**
 * The ramp that a claim is about, where one was driven by a generator that was fit; otherwise why there is none. `what` names it, `ids`
 * tells its variants by name.
 */
export function rampOf(
  findings: Findings,
  what: string,
  ids: (id: string) => boolean,
  isWanted: (overload: OverloadResult) => boolean,
): OverloadResult | Judgement {
  const found = (findings.overloads ?? []).find(isWanted);
  if (found === undefined) {
    return undecided(notRun(findings, what, ids));
  }
  return found.validity.verdict === 'valid'
    ? found
    : undecided(`${found.variant} decides nothing: ${found.validity.reasons[0] ?? 'its generator was unfit'}`);
}

/** Nothing is planted in it: what gives out is the instance itself. */
export const isPlain = ({ planted, topology }: OverloadResult) =>
  planted === undefined &&
  topology.cache === undefined &&
  topology.query.heapMiB === undefined &&
  topology.query.vectorConnections === undefined;

export const failedOf = ({ failed }: OverloadResult['seconds'][number]) => Object.values(failed).reduce((sum, count) => sum + count, 0);

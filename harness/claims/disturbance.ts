import type { Claim } from '../contract/claim.ts';
import { type Findings, type Judgement, short } from './judge.ts';

/** Quantities of the registry that are times of answers: whatever else used the machine is in them. */
const timesOfAnswers: ReadonlySet<string> = new Set([
  'ask response time',
  'first-request response time',
  'hit response time',
  'search response time',
  'time to first event',
  'vector search latency',
  'write response time',
]);

/** What took so much of the machine that response times decide nothing; undefined where nothing is known to have. */
function disturbanceOf({ validity }: Findings): string | undefined {
  const found = ['foreign-cpu', 'cpu-steal'].flatMap((id) =>
    validity.checks.filter((check) => check.id === id && check.observed !== undefined && check.observed > check.limit),
  )[0];
  return found && `${found.title} was ${short((found.observed ?? 0) * 100)} % in the worst window, the limit is ${found.limit * 100} %`;
}

/**
 * The judgement, or none of it where the claim is about response times and the machine was busy with other things. Its figure is
 * kept: it was measured, on a busy machine (docs/adr/0013-foreign-cpu.md).
 */
export function undisturbed<Given extends Judgement>(judgement: Given, { sli }: Claim, findings: Findings): Given {
  const disturbance = timesOfAnswers.has(sli) && judgement.verdict !== 'undecided' ? disturbanceOf(findings) : undefined;
  return disturbance === undefined
    ? judgement
    : { ...judgement, verdict: 'undecided', why: `${disturbance}, so that response times decide nothing. ${judgement.why}` };
}

import { z } from 'zod';

/** A check is three-valued; what crashed or saw nothing is unknown, never pass. */
export const checkVerdictSchema = z.enum(['pass', 'fail', 'unknown']);
export type CheckVerdict = z.infer<typeof checkVerdictSchema>;

export const claimVerdictSchema = z.enum(['confirmed', 'refuted', 'undecided']);
export type ClaimVerdict = z.infer<typeof claimVerdictSchema>;

export const validityVerdictSchema = z.enum(['valid', 'invalid']);
export type ValidityVerdict = z.infer<typeof validityVerdictSchema>;

export const runVerdictSchema = z.enum(['pass', 'fail', 'inconclusive', 'no-data']);
export type RunVerdict = z.infer<typeof runVerdictSchema>;

/** Every way in which a command can end. */
export const exitCodes = {
  passed: 0,
  sloFailed: 99,
  regression: 98,
  noData: 97,
  usage: 64,
  internal: 70,
  environment: 75,
  configuration: 78,
  interrupted: 130,
} as const;
export type ExitReason = keyof typeof exitCodes;
export type ExitCode = (typeof exitCodes)[ExitReason];

interface Outcome {
  readonly verdict: RunVerdict;
  readonly validity: ValidityVerdict;
  readonly interrupted: boolean;
}

const codeOfVerdict: Record<RunVerdict, ExitReason> = {
  pass: 'passed',
  fail: 'sloFailed',
  // What could not be decided passes unless the caller asked for --strict: a short profile cannot decide every tail.
  inconclusive: 'passed',
  'no-data': 'noData',
};

/**
 * The one table from verdicts to an exit code. An interrupted run is 130 whatever it had measured; an invalid run is 75
 * because it decides nothing; `strict` turns inconclusive into 97.
 */
export function exitCodeOf({ verdict, validity, interrupted }: Outcome, strict = false): ExitCode {
  if (interrupted) {
    return exitCodes.interrupted;
  }
  if (verdict === 'no-data') {
    return exitCodes.noData;
  }
  if (validity === 'invalid') {
    return exitCodes.environment;
  }
  if (strict && verdict === 'inconclusive') {
    return exitCodes.noData;
  }
  return exitCodes[codeOfVerdict[verdict]];
}

/** The verdict of a run from its checks: one failure fails, zero checks or only unknown ones are no pass. */
export function runVerdictOf(checks: readonly CheckVerdict[], measuredRequests: number): RunVerdict {
  if (measuredRequests === 0 || checks.length === 0) {
    return 'no-data';
  }
  if (checks.includes('fail')) {
    return 'fail';
  }
  return checks.includes('unknown') ? 'inconclusive' : 'pass';
}

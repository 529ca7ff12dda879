import { Failure } from '../../contract/failure.ts';
import { nearest } from '../../contract/parse.ts';
import type { Result, ResultVariant } from '../../contract/result.ts';
import type { LeftOutRung, MeasuredRung } from './measured-rungs.ts';

/** The scenario whose ladder asks for searches and little else, without caches and without a language model that takes time. */
export const calibratedScenario = 'single-vs-sharded';

const refusal = (code: string, message: string, hint: string) => new Failure('configuration', code, message, { hint });

/**
 * The variant of a result that a model may rest on; the baseline where none is named. Throws `Failure` (78): `other_scenario`,
 * `simulated_result`, `partial_result`, `unknown_variant`.
 */
export function calibratableVariant(result: Result, asked: string | undefined): ResultVariant {
  const { scenario, runId, platform, variants, status, partialReason, baseline } = result;
  if (platform.id === 'simulated' || variants.some(({ simulated }) => simulated !== undefined)) {
    throw refusal(
      'simulated_result',
      `run ${runId} was simulated: a model that rests on a model measures nothing`,
      'calibrate from a live run',
    );
  }
  if (scenario !== calibratedScenario) {
    throw refusal(
      'other_scenario',
      `run ${runId} is of scenario "${scenario}"`,
      `calibrate from a run of ${calibratedScenario}: its ladder is of searches, whose every part the result tells`,
    );
  }
  if (status === 'partial') {
    throw refusal('partial_result', `run ${runId} is partial: ${partialReason ?? 'it says not why'}`, 'calibrate from a complete run');
  }
  const name = asked ?? baseline;
  const variant = variants.find(({ id }) => id === name);
  if (variant === undefined) {
    const known = variants.map(({ id }) => id);
    const suggestion = nearest(name, known);
    throw refusal(
      'unknown_variant',
      `run ${runId} has no variant "${name}"`,
      `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${known.join(', ')}`,
    );
  }
  return variant;
}

const listed = (rates: readonly number[]) => rates.map((rate) => `${rate}/s`).join(', ');

/**
 * The rung that calibrates: the one that was asked for, or the lowest. Throws `Failure` (78): `no_rungs` where fewer than two rates can
 * be compared, `unknown_rate` where the one asked for is none of them.
 */
export function calibratingRung(
  { runId }: Pick<Result, 'runId'>,
  { id }: ResultVariant,
  rungs: readonly MeasuredRung[],
  leftOut: readonly LeftOutRung[],
  asked: number | undefined,
): MeasuredRung {
  const [lowest] = rungs;
  if (lowest === undefined || rungs.length < 2) {
    const others = leftOut.map(({ ratePerSecond, kind, why }) => `${ratePerSecond}/s ${kind} (${why})`);
    throw refusal(
      'no_rungs',
      `variant "${id}" of run ${runId} has ${rungs.length} rate${rungs.length === 1 ? '' : 's'} that can be compared${
        others.length === 0 ? '' : `; ${others.join('; ')}`
      }`,
      'one rate calibrates and another is predicted: a run of the profile quick or standard climbs a ladder, on a machine with nothing else to do',
    );
  }
  const found = asked === undefined ? lowest : rungs.find(({ ratePerSecond }) => ratePerSecond === asked);
  if (found === undefined) {
    throw refusal(
      'unknown_rate',
      `variant "${id}" of run ${runId} has no usable rung at ${asked}/s`,
      `rungs that can calibrate: ${listed(rungs.map(({ ratePerSecond }) => ratePerSecond))}`,
    );
  }
  return found;
}

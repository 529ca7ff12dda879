import type { ProfileId } from '../contract/common.ts';
import type { Plan, Step } from '../contract/plan.ts';
import type { Profile, Scenario } from '../contract/scenario.ts';

/** How long a pilot step drives a fresh system so that compilers and connection pools are warm before anything counts. */
const pilotSeconds = 2;

export interface PlanRequest {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly seed: number;
  readonly runId: string;
  readonly variants: readonly string[];
}

/**
 * Every two rounds the order is turned, and the second of the two runs backward: by one place, so that over twice as many
 * repetitions as variants every variant has every place equally often, or where there are fewer by so many places that all
 * variants come to the front, the middle and the end.
 */
function balancedOrder(variants: readonly string[], round: number, rounds: number): string[] {
  const places = Math.max(1, variants.length / Math.ceil(rounds / 2));
  const turn = Math.floor(Math.floor(round / 2) * places) % variants.length;
  const turned = [...variants.slice(turn), ...variants.slice(0, turn)];
  return round % 2 === 0 ? turned : turned.reverse();
}

type Draft = Pick<Step, 'variant' | 'phase' | 'repetition' | 'ratePerSecond' | 'warmUpSeconds' | 'steadySeconds'>;

function draftsOf(settings: Profile, variants: readonly string[], climbing: readonly string[]): Draft[] {
  const rounds = Array.from({ length: settings.repetitions }, (_, round) => round);
  const pilots = variants.map(
    (variant): Draft => ({
      variant,
      phase: 'pilot',
      repetition: 1,
      ratePerSecond: settings.judgedRatePerSecond,
      warmUpSeconds: 0,
      steadySeconds: pilotSeconds,
    }),
  );
  const judged = rounds.flatMap((round) =>
    balancedOrder(variants, round, settings.repetitions).map(
      (variant): Draft => ({
        variant,
        phase: 'judged',
        repetition: round + 1,
        ratePerSecond: settings.judgedRatePerSecond,
        warmUpSeconds: settings.warmUpSeconds,
        steadySeconds: settings.steadySeconds,
      }),
    ),
  );
  const rungs = settings.ladderRatesPerSecond.flatMap((ratePerSecond, round) =>
    balancedOrder(climbing, round, settings.ladderRatesPerSecond.length).map(
      (variant): Draft => ({
        variant,
        phase: 'rung',
        repetition: round + 1,
        ratePerSecond,
        warmUpSeconds: settings.warmUpSeconds,
        steadySeconds: settings.rungSeconds,
      }),
    ),
  );
  return [...pilots, ...judged, ...rungs];
}

/**
 * The whole run, decided before anything starts. Both sides of a pair share the seed of their repetition, and with it
 * the arrivals and the questions (common random numbers).
 */
export function planOf({ scenario, profile, seed, runId, variants }: PlanRequest): Plan {
  const settings = scenario.profiles[profile];
  const phaseSeed = { pilot: 1, judged: 2, rung: 3 } as const;
  const climbing = variants.filter((id) => scenario.variants.find((variant) => variant.id === id)?.ladder !== false);
  const steps = draftsOf(settings, variants, climbing).map(
    (draft, order): Step => ({
      ...draft,
      order,
      id: `${String(order).padStart(3, '0')}-${draft.variant}-${draft.phase}-${draft.repetition}`,
      seed: seed * 10_000 + phaseSeed[draft.phase] * 1_000 + draft.repetition,
    }),
  );
  return { schemaVersion: 1, runId, scenario: scenario.id, profile, settings, seed, variants: [...variants], steps };
}

/** The same step once more, after an invalid attempt, at the end of the order and with fresh arrivals. */
export function repeatOf(step: Step, order: number, attempt: number): Step {
  return {
    ...step,
    order,
    id: `${String(order).padStart(3, '0')}-${step.variant}-${step.phase}-${step.repetition}`,
    seed: step.seed + attempt * 100_000_007,
  };
}

/** Seconds that the steps take when no request outlives its window; the estimate behind every ETA. */
export function plannedSeconds(steps: readonly Step[]): number {
  return steps.reduce((sum, { warmUpSeconds, steadySeconds }) => sum + warmUpSeconds + steadySeconds, 0);
}

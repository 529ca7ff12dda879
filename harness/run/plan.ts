import type { ProfileId } from '../contract/common.ts';
import { rateOfUsers, systemKeyOf, workloadOf } from '../contract/effective-workload.ts';
import { Failure } from '../contract/failure.ts';
import type { Plan, Step } from '../contract/plan.ts';
import type { Profile, Scenario, Variant } from '../contract/scenario.ts';
import type { Workload } from '../contract/workload.ts';

/** How long a pilot drives a fresh system, so that compilers and connection pools are warm before anything counts. */
const usualPilotSeconds = 2;

export interface PlanRequest {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly seed: number;
  readonly runId: string;
  readonly variants: readonly string[];
  /** Generator processes; one where absent. */
  readonly workers?: number;
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

type Draft = Pick<Step, 'variant' | 'phase' | 'repetition' | 'ratePerSecond' | 'ramp' | 'warmUpSeconds' | 'steadySeconds'>;

/** One pilot per system: who shares it finds it warm. */
function pilotsOf({ judgedRatePerSecond, pilotSeconds = usualPilotSeconds }: Profile, variants: readonly Variant[]): Draft[] {
  const firsts = [...Map.groupBy(variants, systemKeyOf).values()].flatMap(([first]) => first ?? []);
  return firsts.map(
    ({ id, overload }): Draft => ({
      variant: id,
      phase: 'pilot',
      repetition: 1,
      ratePerSecond: Math.max(1, overload?.fromPerSecond ?? judgedRatePerSecond),
      warmUpSeconds: 0,
      steadySeconds: pilotSeconds,
    }),
  );
}

function judgedOf(settings: Profile, variants: readonly Variant[]): Draft[] {
  const ids = variants.map(({ id }) => id);
  const rounds = Array.from({ length: settings.repetitions }, (_, round) => round);
  return rounds.flatMap((round) =>
    balancedOrder(ids, round, settings.repetitions).map(
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
}

function rungsOf(settings: Profile, variants: readonly Variant[]): Draft[] {
  const climbing = variants.filter(({ ladder }) => ladder !== false).map(({ id }) => id);
  return settings.ladderRatesPerSecond.flatMap((ratePerSecond, round) =>
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
}

/** Past the knee once, after everything that is judged. */
function overloadsOf(variants: readonly Variant[]): Draft[] {
  return variants.flatMap(({ id, overload }) => {
    if (overload === undefined) {
      return [];
    }
    const { fromPerSecond, toPerSecond, seconds } = overload;
    const ratePerSecond = (fromPerSecond + toPerSecond) / 2;
    return [
      {
        variant: id,
        phase: 'overload' as const,
        repetition: 1,
        ratePerSecond,
        ramp: { fromPerSecond, toPerSecond },
        warmUpSeconds: 0,
        steadySeconds: seconds,
      },
    ];
  });
}

/**
 * The load of a draft as its variant has it. In a closed loop the answers decide the rate: the steps have none, and there is no
 * ladder of rates to climb. The open twin of one is judged at the rate of its users.
 */
function withLoad(scenario: Scenario, settings: Profile, draft: Draft): Draft[] {
  const of = (id: string) => {
    const variant = scenario.variants.find((each) => each.id === id);
    return variant === undefined ? undefined : { variant, ...workloadOf(scenario.workload, variant, settings) };
  };
  const { variant, closedLoop } = of(draft.variant) ?? {};
  const twin = variant?.rateOf === undefined ? undefined : of(variant.rateOf.users)?.closedLoop;
  if (closedLoop === undefined) {
    return twin === undefined || draft.phase !== 'judged'
      ? [draft]
      : [{ ...draft, ratePerSecond: rateOfUsers(twin, variant?.rateOf?.responseMs ?? 0) }];
  }
  if (draft.phase === 'rung') {
    return [];
  }
  const { rampUpSeconds } = closedLoop;
  if (draft.phase === 'judged' && rampUpSeconds > draft.warmUpSeconds) {
    throw new Failure(
      'configuration',
      'ramp_up_too_long',
      `rampUpSeconds is ${rampUpSeconds} and warmUpSeconds of the profile is ${draft.warmUpSeconds}: the steady window would begin while users are still being started`,
      { hint: 'make warmUpSeconds at least as long as rampUpSeconds' },
    );
  }
  const { ratePerSecond: _, ...closed } = draft;
  return [closed];
}

/** Each worker needs a connection, and in a closed loop a user, of its own. */
function checkWorkers(workers: number, id: string, { connections, closedLoop }: Workload): void {
  const [shared, of] =
    closedLoop !== undefined && closedLoop.users < connections ? [closedLoop.users, 'users'] : [connections, 'connections'];
  if (workers > shared) {
    throw new Failure('usage', 'too_many_workers', `${workers} workers cannot share the ${shared} ${of} of ${id}`, {
      hint: 'name fewer with --workers',
    });
  }
}

const phaseSeed: Record<Step['phase'], number> = { pilot: 1, judged: 2, rung: 3, overload: 4, probe: 5 };

/**
 * The whole run, decided before anything starts. Both sides of a pair share the seed of their repetition, and with it
 * the arrivals and the questions (common random numbers). Throws a `Failure` for users who would start later than the warm-up ends,
 * and for more workers than can share the connections.
 */
export function planOf({ scenario, profile, seed, runId, variants, workers = 1 }: PlanRequest): Plan {
  const settings = scenario.profiles[profile];
  const planned = variants.flatMap((id) => scenario.variants.find((variant) => variant.id === id) ?? []);
  for (const variant of planned) {
    checkWorkers(workers, variant.id, workloadOf(scenario.workload, variant, settings));
  }
  const judged = planned.filter(({ overload }) => overload === undefined);
  const drafts = [...pilotsOf(settings, planned), ...judgedOf(settings, judged), ...rungsOf(settings, judged), ...overloadsOf(planned)];
  const steps = drafts
    .flatMap((draft) => withLoad(scenario, settings, draft))
    .map(
      (draft, order): Step => ({
        ...draft,
        order,
        id: `${String(order).padStart(3, '0')}-${draft.variant}-${draft.phase}-${draft.repetition}`,
        seed: seed * 10_000 + phaseSeed[draft.phase] * 1_000 + draft.repetition,
      }),
    );
  return { schemaVersion: 1, runId, scenario: scenario.id, profile, settings, seed, variants: [...variants], steps, workers };
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

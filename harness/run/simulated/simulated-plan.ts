import type { Plan, Step } from '../../contract/plan.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { PlanRequest } from '../plan.ts';

/** The simulated variants of a scenario that were chosen, in its order. */
export function simulatedVariantsOf({ variants }: Pick<Scenario, 'variants'>, chosen: readonly string[]) {
  return variants.flatMap((variant) =>
    variant.simulated === undefined || !chosen.includes(variant.id) ? [] : [{ ...variant, simulated: variant.simulated }],
  );
}
export type ChosenVariant = ReturnType<typeof simulatedVariantsOf>[number];

export const stepIdOf = (order: number, variant: string, replication: number) =>
  `${String(order).padStart(3, '0')}-${variant.slice(0, 44)}-judged-${replication}`;

/**
 * Every replication of every variant. The n-th of all variants share a seed, and with it the arrivals of their load (common random
 * numbers), so that no order has to balance anything.
 */
export function simulatedPlan({ scenario, profile, seed, runId, variants }: Omit<PlanRequest, 'workers'>): Plan {
  const settings = scenario.profiles[profile];
  const chosen = simulatedVariantsOf(scenario, variants);
  const steps = chosen.flatMap(({ id, simulated }, place) =>
    Array.from({ length: settings.repetitions }, (_, index): Step => {
      const order = place * settings.repetitions + index;
      return {
        id: stepIdOf(order, id, index + 1),
        order,
        variant: id,
        phase: 'judged',
        repetition: index + 1,
        warmUpSeconds: 0,
        steadySeconds: simulated.seconds,
        seed: seed + index,
      };
    }),
  );
  return {
    schemaVersion: 1,
    runId,
    scenario: scenario.id,
    profile,
    settings,
    seed,
    variants: chosen.map(({ id }) => id),
    steps,
    workers: 1,
  };
}

import type { Scenario } from '../contract/scenario.ts';
import { defaultVectorQuota } from '../rendering/quotas.ts';

/** q of the resource rule as the command line has it; absent parts are those of the topology. */
export interface AskedQuota {
  readonly cpus: number | undefined;
  readonly memoryMiB: number | undefined;
}

/** The scenario with that quota in every topology. */
export function scenarioWithQuota(scenario: Scenario, { cpus, memoryMiB }: AskedQuota): Scenario {
  if (cpus === undefined && memoryMiB === undefined) {
    return scenario;
  }
  return {
    ...scenario,
    variants: scenario.variants.map((variant) => {
      const own = variant.topology.quota ?? defaultVectorQuota;
      const quota = { cpus: cpus ?? own.cpus, memoryMiB: memoryMiB ?? own.memoryMiB };
      return { ...variant, topology: { ...variant.topology, quota } };
    }),
  };
}

import { Failure } from '../../contract/failure.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { randomSecret } from '../../platform/api-keys.ts';
import { requireQuotasFit } from '../../platform/docker/quotas-fit.ts';
import { containerParts } from '../../rendering/containers.ts';
import { type Check, noEngine, type Scene } from '../check.ts';
import type { EngineInfo } from '../engine-facts.ts';
import { cores, memory } from '../units.ts';

/** The variants of a scenario that Docker could run; what is left out needs no room. */
function offeredOf(offers: Scene['offers'], scenario: Scenario): readonly string[] {
  return offers.find(({ id }) => id === 'docker')?.scenarios.find(({ id }) => id === scenario.id)?.variants ?? [];
}

/** Why the containers of a scenario do not fit the engine's machine; one sentence for each variant that does not. */
function misfits(
  { id, variants, profiles, workload }: Scenario,
  offered: readonly string[],
  { NCPU: cpus, MemTotal: memoryBytes }: EngineInfo,
): string[] {
  return variants
    .filter((variant) => offered.includes(variant.id))
    .flatMap(({ id: variant, topology }) => {
      const wiring = {
        topology,
        dimensions: profiles.smoke.dimensions,
        conceptCount: workload.corpus.concepts,
        conceptSeed: 1,
        internalToken: randomSecret(),
      };
      const parts = containerParts({ wiring, databasePassword: randomSecret(), apiKeys: '[]', hostOf: (part) => part });
      try {
        requireQuotasFit(parts, { cpus, memoryBytes }, variant);
        return [];
      } catch (error) {
        if (error instanceof Failure) {
          return [`${id}: ${error.message}`];
        }
        throw error;
      }
    });
}

/** Do the quotas of every variant fit the engine's machine? A run refuses those that do not before it starts anything. */
export const engineQuotas: Check = {
  id: 'engine-quotas',
  title: 'variant quotas',
  group: 'engine',
  why: 'a quota above the machine would be none',
  look: ({ engine: { info }, scenarios, offers }) => {
    if (info === undefined) {
      return noEngine;
    }
    const values = { cpus: info.NCPU, memoryBytes: info.MemTotal };
    const [first, ...others] = scenarios.flatMap((scenario) => misfits(scenario, offeredOf(offers, scenario), info));
    return first === undefined
      ? { status: 'ok', observed: `fit ${cores(info.NCPU)} and ${memory(info.MemTotal)}`, values }
      : {
          status: 'lack',
          observed: others.length === 0 ? first : `${first} (and ${others.length} more)`,
          values,
          fix: `npm run scenario ${first.split(':')[0]} -- --platform local`,
          blocks: ['docker'],
        };
  },
};

import type { ProfileId } from '../contract/common.ts';
import type { Scenario } from '../contract/scenario.ts';

/**
 * The scenario as a profile runs it: where a topology lays ranges over the documents and does not say how many they are,
 * they are those that the profile fills in. Ranges over a million documents would put all of a small corpus on one shard.
 */
export function scenarioForProfile(scenario: Scenario, profile: ProfileId): Scenario {
  const { documents } = scenario.profiles[profile];
  return {
    ...scenario,
    variants: scenario.variants.map((variant) => {
      const { vector } = variant.topology;
      const expectedDocuments = Math.max(1, Math.round(documents * (variant.documentsShare ?? 1)));
      return vector.sharding === 'range' && vector.expectedDocuments === undefined
        ? { ...variant, topology: { ...variant.topology, vector: { ...vector, expectedDocuments } } }
        : variant;
    }),
  };
}

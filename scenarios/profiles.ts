import type { ProfileId } from '../harness/contract/common.ts';
import type { Profile } from '../harness/contract/scenario.ts';

/**
 * Sizes for scenarios that compare vector topologies. Rates are far below the knee of two cores at that size, so that
 * the judged phase measures the system and not its queue; the ladder goes on past the knee.
 */
export const comparisonProfiles: Record<ProfileId, Profile> = {
  // One short window each, at most 30 s in all: shows that the path works; one pair decides no difference.
  smoke: {
    documents: 2_000,
    dimensions: 64,
    repetitions: 1,
    judgedRatePerSecond: 100,
    pilotSeconds: 2.5,
    warmUpSeconds: 1,
    // Not lengthened by what the pilot finds: a run this short is there to be the same again.
    longestWarmUpSeconds: 1,
    steadySeconds: 5,
    ladderRatesPerSecond: [],
    rungSeconds: 1,
    recallSamples: 300,
  },
  // At most 90 s. Six pairs are the fewest for which a 95 % interval of a ratio exists.
  quick: {
    documents: 10_000,
    dimensions: 384,
    repetitions: 6,
    judgedRatePerSecond: 105,
    pilotSeconds: 2.5,
    warmUpSeconds: 0.5,
    longestWarmUpSeconds: 0.8,
    steadySeconds: 2.5,
    ladderRatesPerSecond: [200, 400, 800],
    rungSeconds: 2.5,
    recallSamples: 600,
  },
  // About a quarter of an hour for nineteen variants, of which twelve climb the ladder. Short windows and many of them: a ratio
  // rests on its pairs, and the tails on the requests of all six repetitions together.
  standard: {
    documents: 50_000,
    dimensions: 384,
    repetitions: 6,
    judgedRatePerSecond: 80,
    pilotSeconds: 3,
    warmUpSeconds: 0.5,
    longestWarmUpSeconds: 1,
    steadySeconds: 3,
    ladderRatesPerSecond: [150, 225, 340, 500],
    rungSeconds: 3,
    recallSamples: 600,
  },
  // For a machine of its own, overnight: six to eight hours for all variants, so name the two or three that matter (--variants).
  full: {
    documents: 100_000,
    dimensions: 384,
    repetitions: 12,
    judgedRatePerSecond: 40,
    pilotSeconds: 30,
    warmUpSeconds: 5,
    longestWarmUpSeconds: 15,
    steadySeconds: 60,
    ladderRatesPerSecond: [50, 70, 100, 140, 200, 280, 400],
    rungSeconds: 30,
    recallSamples: 4_000,
    capacitySearch: {
      startRatePerSecond: 40,
      maximumRatePerSecond: 2_000,
      probeSeconds: 20,
      maximumProbes: 20,
      limits: { kind: 'search', percentile: 99, responseMs: 100, errorShare: 0.001, achievedRatio: 0.98 },
    },
  },
};

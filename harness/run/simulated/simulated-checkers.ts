import type { CheckerResult } from '../../contract/result.ts';
import type { SimulatedVariant } from '../../contract/simulation.ts';
import type { Replication } from './replication.ts';

interface Simulated {
  readonly variant: string;
  readonly simulated: SimulatedVariant;
  readonly replications: readonly Replication[];
  /** Whether it is held to any goal. */
  readonly isJudged: boolean;
}

function checker(id: string, checked: number, broken: readonly string[], what: string): CheckerResult {
  return {
    id,
    verdict: checked === 0 ? 'unknown' : broken.length === 0 ? 'pass' : 'fail',
    checked,
    violations: broken.length,
    exampleRequestIds: broken.slice(0, 5),
    why: broken.length === 0 ? '' : what,
  };
}

/** Every request that arrived succeeded, failed in one way, or was in hand at the end. */
function accounted(all: readonly Simulated[]): CheckerResult {
  const replications = all.flatMap((each) => each.replications);
  const broken = replications.filter(({ isAccounted }) => !isAccounted).map(({ record }) => record.stepId);
  return checker('accounted', replications.length, broken, `in ${broken[0]} more or fewer requests arrived than became of them something`);
}

/** Variants of one load meet the same arrivals in replications of the same seed. */
function commonArrivals(all: readonly Simulated[]): CheckerResult {
  const seen = new Map<string, Replication>();
  const broken: string[] = [];
  let checked = 0;
  for (const { simulated, replications } of all) {
    for (const replication of replications) {
      const key = JSON.stringify([simulated.load, simulated.seconds, replication.record.repetition]);
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, replication);
      } else {
        checked += 1;
        if (first.arrived !== replication.arrived) {
          broken.push(replication.record.stepId);
        }
      }
    }
  }
  return checker('common-arrivals', checked, broken, `${broken[0]} met other arrivals than the first variant of its load`);
}

/**
 * What is held to a goal carries its load in every replication. Without this a goal would be judged by the replications that
 * happened to stay stable, and a queue that only grows would leave it undecided.
 */
function stable(all: readonly Simulated[]): CheckerResult {
  const replications = all.filter(({ isJudged }) => isJudged).flatMap((each) => each.replications);
  const broken = replications.filter(({ isStable }) => !isStable);
  const [first] = broken;
  return checker(
    'stable',
    replications.length,
    broken.map(({ record }) => record.stepId),
    `${broken.length} of ${replications.length} replications of what is held to the goal are unstable: ${first?.record.validity.reasons[0]}`,
  );
}

/** Invariants of the simulation itself, checked over every replication, and whether what is judged is stable. A load that one variant alone meets is compared with none. */
export function simulatedCheckers(all: readonly Simulated[]): CheckerResult[] {
  const common = commonArrivals(all);
  const judged = stable(all);
  return [accounted(all), ...(common.checked === 0 ? [] : [common]), ...(judged.checked === 0 ? [] : [judged])];
}

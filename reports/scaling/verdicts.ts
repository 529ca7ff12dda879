import { changesOf, turnsOf } from '../../harness/contract/turns.ts';
import { type Estimate, estimateOf, goalPercentile, spanOf } from './estimates.ts';
import { type LoadGroup, membersOf, type Policy } from './groups.ts';

/** Was the goal met over the whole run? `undecided` where an interval holds its limit. */
export type GoalVerdict = 'met' | 'missed' | 'undecided';

function within(estimate: Estimate | undefined, limit: number): GoalVerdict {
  if (estimate === undefined) {
    return 'undecided';
  }
  const { low, high } = spanOf(estimate);
  return high <= limit ? 'met' : low > limit ? 'missed' : 'undecided';
}

/**
 * The goal is met where the percentile of the response times and the share of failed requests of whole replications are within
 * their limits with their whole intervals, and every replication was stable. A figure that was not estimated decides nothing.
 */
export function goalVerdict({ simulated }: Policy): GoalVerdict {
  const { goal } = simulated.variant;
  if (simulated.unstable > 0) {
    return 'missed';
  }
  const both = [within(goalPercentile(simulated), goal.responseMs), within(estimateOf(simulated, 'errorRatio'), goal.errorShare)];
  return both.includes('missed') ? 'missed' : both.includes('undecided') ? 'undecided' : 'met';
}

/** How the cost of a group is told: in money where all have a price, in replicas where all are of one size, otherwise in cores. */
export type CostMeasure = 'cost' | 'replicaHours' | 'coreHours';

export function costMeasure(group: LoadGroup): CostMeasure {
  const members = membersOf(group);
  if (members.length > 0 && members.every(({ simulated }) => simulated.variant.costPerReplicaHour !== undefined)) {
    return 'cost';
  }
  const sizes = new Set(members.map(({ simulated }) => simulated.variant.system.query.requests.cpuMillicores));
  return sizes.size > 1 ? 'coreHours' : 'replicaHours';
}

/** The cost of a variant in the measure of its group, with its interval; undefined where it was not estimated. */
export function costOf({ simulated }: Policy, measure: CostMeasure): Estimate | undefined {
  if (measure === 'cost') {
    return estimateOf(simulated, 'cost');
  }
  const paid = estimateOf(simulated, 'replicaSeconds');
  if (paid === undefined) {
    return undefined;
  }
  const factor = (measure === 'coreHours' ? simulated.variant.system.query.requests.cpuMillicores / 1000 : 1) / 3600;
  const { interval } = paid;
  return {
    mean: paid.mean * factor,
    samples: paid.samples,
    ...(interval && { interval: { ...interval, low: interval.low * factor, high: interval.high * factor } }),
  };
}

export interface Priced {
  readonly variant: Policy;
  readonly cost: Estimate;
}

/** Variants with a known cost, cheapest first; equal ones by name. */
export function byCost(variants: readonly Policy[], measure: CostMeasure): Priced[] {
  return variants
    .flatMap((variant) => {
      const cost = costOf(variant, measure);
      return cost === undefined ? [] : [{ variant, cost }];
    })
    .toSorted((a, b) => a.cost.mean - b.cost.mean || (a.variant.name < b.variant.name ? -1 : 1));
}

/** Those of the sorted ones whose interval overlaps that of the first: no difference between them was seen. */
export function notToldApart(sorted: readonly Priced[]): Priced[] {
  const [first] = sorted;
  return first === undefined ? [] : sorted.filter(({ cost }) => spanOf(cost).low <= spanOf(first.cost).high);
}

export interface Restless {
  readonly variant: Policy;
  /** How often its decisions turned from growing to shrinking or back, per hour. */
  readonly turns: Estimate;
  /** How often demand did. */
  readonly demandTurns: number;
}

/** Rules by how much more often than demand they turned, most first. */
export function byTurns({ rules, seconds }: LoadGroup): Restless[] {
  return rules
    .flatMap((variant) => {
      const turns = estimateOf(variant.simulated, 'directionChangesPerHour');
      return turns === undefined
        ? []
        : [{ variant, turns, demandTurns: (turnsOf(changesOf(variant.simulated.run.demand)) * 3600) / seconds }];
    })
    .toSorted((a, b) => b.turns.mean - b.demandTurns - (a.turns.mean - a.demandTurns));
}

/** Points that no other undercuts in cost and violation seconds at once, cheapest first: the staircase of a trade-off. */
function frontierOf<Point extends { readonly cost: number; readonly violation: number }>(points: readonly Point[]): Point[] {
  let least = Number.POSITIVE_INFINITY;
  return points
    .toSorted((a, b) => a.cost - b.cost || a.violation - b.violation)
    .filter(({ violation }) => {
      const better = violation < least;
      least = Math.min(least, violation);
      return better;
    });
}

/** The rules that no other undercuts in cost and violation seconds at once, cheapest first. */
export function bestRules(group: LoadGroup): Policy[] {
  const measure = costMeasure(group);
  const points = group.rules.flatMap((variant) => {
    const cost = costOf(variant, measure);
    const violation = estimateOf(variant.simulated, 'sloViolationSeconds');
    return cost === undefined || violation === undefined ? [] : [{ variant, cost: cost.mean, violation: violation.mean }];
  });
  return frontierOf(points).map(({ variant }) => variant);
}

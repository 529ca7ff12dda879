/**
 * How well supply follows demand, after Herbst, Kounev and Reussner, "Elasticity in Cloud Computing: What It Is, and What It Is Not"
 * (ICAC 2013). Demand is the fewest replicas that meet the goal at the load of the moment; supply is what was ready.
 */

/** A value that holds from its time until the next step. */
export interface Step {
  readonly atMs: number;
  readonly replicas: number;
}

/** Steps from the beginning to the end of a run: sorted, the first at or before `startMs`. */
interface Course {
  readonly startMs: number;
  readonly endMs: number;
  readonly demand: readonly Step[];
  readonly supply: readonly Step[];
  /** Replicas that are paid for, which begins before they are ready; what is ready where absent. */
  readonly paid?: readonly Step[];
  /** Spans in which the goal was missed, not overlapping. */
  readonly violations: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly violatingRequests: number;
  readonly requests: number;
  readonly costPerReplicaHour?: number;
}

export interface Elasticity {
  /** Mean number of replicas that were missing, and that were too many. */
  readonly accuracyUnder: number;
  readonly accuracyOver: number;
  /** Shares of the time with too few and too many. */
  readonly timeshareUnder: number;
  readonly timeshareOver: number;
  /** Replicas by which supply changed more than demand did, per minute; negative where it changed less. */
  readonly jitterPerMinute: number;
  /** Share of the time in which supply and demand did not move in the same direction. */
  readonly instability: number;
  readonly sloViolationSeconds: number;
  /** Absent where there were no requests. */
  readonly violatingRequestRatio?: number;
  readonly replicaSeconds: number;
  readonly overProvisionedReplicaSeconds: number;
  /** The longest time from when demand outgrew supply until supply had caught up; absent where it never did in this run. */
  readonly timeToRecoverSeconds?: number;
  /** Absent where no price was given. */
  readonly cost?: number;
}

/** Throws `RangeError` on steps out of order or missing at the start. */
function checked(name: string, steps: readonly Step[], startMs: number): void {
  const [first] = steps;
  if (first === undefined || first.atMs > startMs) {
    throw new RangeError(
      `${name} is not known at the start: its first step is at ${first?.atMs ?? 'no time'} ms, the start at ${startMs} ms`,
    );
  }
  for (const [index, { atMs, replicas }] of steps.entries()) {
    const before = steps[index - 1];
    if (before !== undefined && atMs < before.atMs) {
      throw new RangeError(`${name} goes back in time: step ${index} is at ${atMs} ms, the one before at ${before.atMs} ms`);
    }
    if (!(replicas >= 0)) {
      throw new RangeError(`${name} has a step of ${replicas} replicas at ${atMs} ms`);
    }
  }
}

/** Reads steps forward in time; each reading is no earlier than the one before. */
function reader(steps: readonly Step[]): (atMs: number) => number {
  let place = 0;
  return (atMs) => {
    while ((steps[place + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) {
      place += 1;
    }
    return steps[place]?.replicas ?? 0;
  };
}

interface Segment {
  readonly fromMs: number;
  readonly seconds: number;
  readonly demand: number;
  readonly supply: number;
}

function segmentsOf({ startMs, endMs, demand, supply }: Pick<Course, 'startMs' | 'endMs' | 'demand' | 'supply'>): Segment[] {
  const moments = [...demand, ...supply].map(({ atMs }) => atMs).filter((atMs) => atMs > startMs && atMs < endMs);
  const edges = [...new Set([startMs, ...moments, endMs])].sort((a, b) => a - b);
  const demandAt = reader(demand);
  const supplyAt = reader(supply);
  return edges.slice(0, -1).map((fromMs, index) => ({
    fromMs,
    seconds: ((edges[index + 1] ?? endMs) - fromMs) / 1000,
    demand: demandAt(fromMs),
    supply: supplyAt(fromMs),
  }));
}

const sum = (segments: readonly Segment[], of: (segment: Segment) => number): number =>
  segments.reduce((total, segment) => total + of(segment) * segment.seconds, 0);

/** Replicas over time, in replica-seconds. */
export function replicaSeconds(steps: readonly Step[], startMs: number, endMs: number): number {
  checked('replicas', steps, startMs);
  return sum(segmentsOf({ startMs, endMs, demand: steps, supply: steps }), ({ supply }) => supply);
}

/** How many replicas were added and taken away within the run. */
function unitsChanged(steps: readonly Step[], startMs: number, endMs: number): number {
  return steps.reduce((total, { atMs, replicas }, index) => {
    const before = steps[index - 1];
    return before === undefined || atMs <= startMs || atMs >= endMs ? total : total + Math.abs(replicas - before.replicas);
  }, 0);
}

/**
 * Share of the time in which the signs of the last changes differ, looked at in slots of `slotSeconds`: within a slot supply and demand
 * each rise, fall or stay. Without slots, changes at two instants would never agree.
 */
function instabilityOf({ startMs, endMs, demand, supply }: Course, slotSeconds: number): number {
  const slots = Math.max(1, Math.ceil((endMs - startMs) / (slotSeconds * 1000)));
  const demandAt = reader(demand);
  const supplyAt = reader(supply);
  let differing = 0;
  let before = { demand: demandAt(startMs), supply: supplyAt(startMs) };
  for (let slot = 1; slot <= slots; slot += 1) {
    const atMs = Math.min(startMs + slot * slotSeconds * 1000, endMs);
    const now = { demand: demandAt(atMs), supply: supplyAt(atMs) };
    const seconds = Math.min(slotSeconds, (endMs - startMs) / 1000 - (slot - 1) * slotSeconds);
    differing += Math.sign(now.demand - before.demand) === Math.sign(now.supply - before.supply) ? 0 : seconds;
    before = now;
  }
  return differing / ((endMs - startMs) / 1000);
}

/** The longest shortage; `undefined` where the last one had not ended. */
function longestShortage(segments: readonly Segment[]): number | undefined {
  let longest = 0;
  let current = 0;
  for (const { seconds, demand, supply } of segments) {
    current = supply < demand ? current + seconds : 0;
    longest = Math.max(longest, current);
  }
  return current > 0 ? undefined : longest;
}

/** All elasticity metrics of one run. `slotSeconds` is the grain of instability. Throws `RangeError` on a course that is none. */
export function elasticity(course: Course, slotSeconds = 60): Elasticity {
  const { startMs, endMs, demand, supply, paid = supply, violations, violatingRequests, requests, costPerReplicaHour } = course;
  if (!(endMs > startMs)) {
    throw new RangeError(`a run from ${startMs} to ${endMs} ms has no time`);
  }
  for (const [name, steps] of Object.entries({ demand, supply, paid })) {
    checked(name, steps, startMs);
  }
  const segments = segmentsOf(course);
  const totalSeconds = (endMs - startMs) / 1000;
  const overSeconds = sum(segments, ({ demand: d, supply: s }) => Math.max(0, s - d));
  const paidSeconds = replicaSeconds(paid, startMs, endMs);
  const recovered = longestShortage(segments);
  return {
    accuracyUnder: sum(segments, ({ demand: d, supply: s }) => Math.max(0, d - s)) / totalSeconds,
    accuracyOver: overSeconds / totalSeconds,
    timeshareUnder: sum(segments, ({ demand: d, supply: s }) => (s < d ? 1 : 0)) / totalSeconds,
    timeshareOver: sum(segments, ({ demand: d, supply: s }) => (s > d ? 1 : 0)) / totalSeconds,
    jitterPerMinute: (60 * (unitsChanged(supply, startMs, endMs) - unitsChanged(demand, startMs, endMs))) / totalSeconds,
    instability: instabilityOf(course, slotSeconds),
    sloViolationSeconds: violations.reduce(
      (total, { fromMs, toMs }) => total + Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs)) / 1000,
      0,
    ),
    ...(requests > 0 && { violatingRequestRatio: violatingRequests / requests }),
    replicaSeconds: paidSeconds,
    overProvisionedReplicaSeconds: overSeconds,
    ...(recovered !== undefined && { timeToRecoverSeconds: recovered }),
    ...(costPerReplicaHour !== undefined && { cost: (paidSeconds / 3600) * costPerReplicaHour }),
  };
}

/** Bounds that belong on every chart: as many as the peak needs, all the time. */
export function staticAtPeak(demand: readonly Step[], startMs: number, endMs: number): Step[] {
  checked('demand', demand, startMs);
  const demandAt = reader(demand);
  const atStart = demandAt(startMs);
  const later = demand.filter(({ atMs }) => atMs > startMs && atMs < endMs).map(({ replicas }) => replicas);
  return [{ atMs: startMs, replicas: Math.max(atStart, ...later) }];
}

/**
 * The clairvoyant bound: knows demand, starts replicas `startUpSeconds` before they are needed, and keeps none that the next
 * `startUpSeconds` will not need. Nothing that has to start replicas meets demand at less cost.
 */
export function clairvoyant(
  demand: readonly Step[],
  startMs: number,
  endMs: number,
  startUpSeconds: number,
): { ready: Step[]; paid: Step[] } {
  checked('demand', demand, startMs);
  const demandAt = reader(demand);
  const ready: Step[] = [{ atMs: startMs, replicas: demandAt(startMs) }, ...demand.filter(({ atMs }) => atMs > startMs && atMs < endMs)];
  // Paid for at t is what is ready at t or has to start now: the most that is ready within the time a start takes.
  const leadMs = startUpSeconds * 1000;
  const moments = [startMs, ...ready.flatMap(({ atMs }) => [atMs, Math.max(startMs, atMs - leadMs)])];
  const demandAtMoment = reader(ready);
  let next = 0;
  const paid = [...new Set(moments)]
    .sort((a, b) => a - b)
    .map((atMs) => {
      while ((ready[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) {
        next += 1;
      }
      let replicas = demandAtMoment(atMs);
      for (let place = next; (ready[place]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs + leadMs; place += 1) {
        replicas = Math.max(replicas, ready[place]?.replicas ?? 0);
      }
      return { atMs, replicas };
    });
  return { ready, paid: paid.filter(({ replicas }, index) => replicas !== paid[index - 1]?.replicas) };
}

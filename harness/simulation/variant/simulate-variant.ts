import type { Trace } from '../../arrivals/trace/trace-request.ts';
import { clairvoyant, type Step, staticAtPeak } from '../../autoscaling/elasticity.ts';
import { scalingRule, scalingRuleSchema } from '../../autoscaling/index.ts';
import { parseOrFail } from '../../contract/parse.ts';
import { type SimulatedResult, type SimulatedRun, type SimulatedVariant, simulatedVariantSchema } from '../../contract/simulation.ts';
import type { SimulationRequest } from '../request.ts';
import { simulate } from '../simulate.ts';
import { staticFindingsOf } from '../static-findings.ts';
import { breathe, type ReplicaCapacity, rateText, replicaCapacity } from './capacity.ts';
import { demandSteps, rateSpans } from './demand.ts';
import { estimatesOf } from './estimates.ts';
import { boundTexts, ruleText } from './rule-text.ts';

export interface VariantOptions {
  /** Of the first replication; each further one has the next. */
  readonly seed: number;
  readonly replications: number;
  /** What `trace` arrivals replay. */
  readonly trace?: Trace | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after every replication with how many are done, and with what it made. */
  readonly onReplication?: ((done: number, run: SimulatedRun) => void) | undefined;
}

type Controller = Pick<SimulationRequest, 'controller' | 'initialReplicas'>;

interface Controlled {
  readonly text: string;
  /** A controller for one replication: rules remember, and nothing of one replication may reach the next. */
  readonly fresh: () => Controller;
}

/** By the clock from the beginning of the run to its end, whoever wrote the times. */
function timed(text: string, ready: readonly Step[], paid: readonly Step[]): Controlled {
  return { text, fresh: () => ({ controller: { ready, paid }, initialReplicas: ready[0]?.replicas ?? 0 }) };
}

function controlled({ controller, system, initialReplicas, seconds }: SimulatedVariant, demand: readonly Step[]): Controlled {
  const endMs = seconds * 1000;
  switch (controller.by) {
    case 'rule': {
      const settings = parseOrFail(scalingRuleSchema, controller.settings, 'the scaling rule');
      return { text: ruleText(settings), fresh: () => ({ controller: { rule: scalingRule(settings) }, initialReplicas }) };
    }
    case 'static-at-peak': {
      const steps = staticAtPeak(demand, 0, endMs);
      return timed(`${steps[0]?.replicas} replicas: ${boundTexts[controller.by]}`, steps, steps);
    }
    case 'clairvoyant': {
      const { scheduleSeconds, loadSeconds, warmUpSeconds } = system.query.startUp;
      const { ready, paid } = clairvoyant(demand, 0, endMs, scheduleSeconds + loadSeconds + warmUpSeconds);
      return timed(boundTexts[controller.by], ready, paid);
    }
    case 'timetable': {
      const steps = controller.replicas.map(({ atSeconds, replicas }) => ({ atMs: atSeconds * 1000, replicas }));
      return timed(
        `${boundTexts[controller.by]}: ${controller.replicas.map(({ atSeconds, replicas }) => `${replicas} from ${atSeconds} s`).join(', ')}`,
        steps,
        steps,
      );
    }
  }
}

/** How the capacity was found, and whether something else gives out before enough replicas could. */
function whyOf({ why, boundBy, ceilingPerSecond }: ReplicaCapacity, peakPerSecond: number): string {
  return boundBy === undefined || peakPerSecond <= ceilingPerSecond
    ? why
    : `${why}; ${boundBy} carry at most ${rateText(ceilingPerSecond)} over all replicas, less than the ${rateText(peakPerSecond)} of the peak, and demand counts the load only up to there`;
}

/**
 * Simulates a variant: the capacity of one replica, from that the demand of the load, and so many replications on seeds `seed`,
 * `seed + 1`, …, so that variants of one load meet the same arrivals (common random numbers). It yields between two simulated runs. An
 * abort after the first replication gives what was done by then; one before it rejects with the reason of the signal. Rejects with a
 * `Failure` (78) that names path, value and hint for a variant or rule that makes no sense, and where the goal is out of reach.
 */
export async function simulateVariant(
  given: SimulatedVariant,
  { seed, replications, trace, signal, onReplication }: VariantOptions,
): Promise<SimulatedResult> {
  const variant = parseOrFail(simulatedVariantSchema, given, 'the simulated variant');
  const { system, load, goal, seconds, costPerReplicaHour } = variant;
  const spans = rateSpans(load, seconds, trace);
  const capacity = await replicaCapacity(system, goal, seed, signal);
  const demand = demandSteps(spans, capacity);
  const { text, fresh } = controlled(variant, demand);
  const runs: SimulatedRun[] = [];
  while (runs.length < replications && (runs.length === 0 || signal?.aborted !== true)) {
    await breathe();
    if (runs.length === 0) {
      signal?.throwIfAborted();
    }
    const run = simulate({
      system,
      load,
      goal,
      seconds,
      seed: seed + runs.length,
      demand,
      ...fresh(),
      ...(trace === undefined ? {} : { trace }),
      ...(costPerReplicaHour === undefined ? {} : { costPerReplicaHour }),
    });
    runs.push(run);
    onReplication?.(runs.length, run);
  }
  const [first] = runs;
  if (first === undefined) {
    throw new RangeError(`${replications} replications simulate nothing`);
  }
  const peakPerSecond = Math.max(...spans.map((span) => span.ratePerSecond));
  const staticFindings = staticFindingsOf(variant);
  return {
    variant,
    ...(staticFindings.length === 0 ? {} : { staticFindings }),
    rule: text,
    capacityPerReplica: { ratePerSecond: capacity.ratePerSecond, why: whyOf(capacity, peakPerSecond) },
    replications: runs.length,
    estimates: estimatesOf(runs, seconds),
    unstable: runs.filter(({ stability }) => stability.verdict === 'unstable').length,
    run: first,
  };
}

import type { Step } from '../autoscaling/elasticity.ts';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import { Failure } from '../contract/failure.ts';
import type { SimulatedRun } from '../contract/simulation.ts';
import type { Measures } from './measures.ts';
import type { MetricsServer } from './metrics-server.ts';
import type { RagModel } from './rag-model.ts';

const mostReplicas = 10_000;

/** Who changes the number of replicas. */
export interface Controller {
  /** When it acts next, `Infinity` where it never does again. */
  readonly nextAtMs: number;
  act(nowMs: number): void;
}

/** Replicas by time, each ready and warm at its time; those that become surplus drain. */
export class ImposedReplicas implements Controller {
  readonly #steps: readonly Step[];
  readonly #model: RagModel;
  #place = 0;

  constructor(steps: readonly Step[], model: RagModel) {
    this.#steps = steps;
    this.#model = model;
  }

  get nextAtMs(): number {
    return this.#steps[this.#place]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  act(): void {
    const { fleet } = this.#model.query;
    const replicas = this.#steps[this.#place]?.replicas ?? 0;
    this.#place += 1;
    if (replicas > fleet.desired) {
      fleet.addReady(replicas - fleet.desired);
      this.#model.release();
    } else {
      fleet.setDesired(replicas);
    }
  }
}

/** A scaling rule that looks every so often, and is obeyed. */
export class RuleController implements Controller {
  readonly decisions: SimulatedRun['decisions'] = [];
  nextAtMs: number;
  readonly #rule: ScalingRule;
  readonly #model: RagModel;
  readonly #measures: Measures;
  readonly #metrics: MetricsServer;
  #state: unknown;
  #looks = 0;
  #seen = { atMs: 0, inTierMs: 0 };

  constructor(rule: ScalingRule, model: RagModel, measures: Measures, metrics: MetricsServer) {
    if (!(rule.intervalMs > 0)) {
      throw new RangeError(`a rule must look at times that are apart, its interval is ${rule.intervalMs} ms`);
    }
    this.#rule = rule;
    this.#model = model;
    this.#measures = measures;
    this.#metrics = metrics;
    this.#state = rule.initialState;
    this.nextAtMs = rule.intervalMs;
  }

  act(nowMs: number): void {
    const { fleet, held } = this.#model.query;
    const measures = this.#measures;
    const inTierMs = this.#inTierMs(nowMs);
    const passedMs = nowMs - this.#seen.atMs;
    const p95ResponseTimeMs = measures.seenPercentile(95);
    const { desired } = fleet;
    const decision = this.#rule.decide(
      {
        replicas: desired,
        pods: this.#metrics.pods(),
        arrivalsPerSecond: (1000 * measures.seenAttempts) / passedMs,
        meanConcurrency: (inTierMs - this.#seen.inTierMs) / passedMs,
        queueLength: fleet.alive.reduce((sum, { slots }) => sum + slots.waiting, held.waiting),
        ...(measures.seenWaits > 0 && { queueWaitMs: measures.seenWaitMs / measures.seenWaits }),
        ...(p95ResponseTimeMs !== undefined && { p95ResponseTimeMs }),
      },
      this.#state,
      nowMs,
    );
    const { desiredReplicas, reason, state, signals } = decision;
    if (!(Number.isInteger(desiredReplicas) && desiredReplicas >= 0)) {
      throw new RangeError(`the rule asks for ${desiredReplicas} replicas at ${nowMs / 1000} s (${reason})`);
    }
    if (desiredReplicas > mostReplicas) {
      throw new Failure(
        'configuration',
        'too_many_replicas',
        `the rule asks for ${desiredReplicas} replicas at ${nowMs / 1000} s (${reason}); ${mostReplicas} are the most that are simulated`,
        { hint: 'give the rule a maximum' },
      );
    }
    if (desiredReplicas !== desired) {
      this.decisions.push({
        atSeconds: nowMs / 1000,
        from: desired,
        to: desiredReplicas,
        reason,
        ...(signals && { signals: { ...signals } }),
      });
      fleet.setDesired(desiredReplicas);
    }
    this.#state = state;
    this.#seen = { atMs: nowMs, inTierMs };
    measures.startOver();
    this.#looks += 1;
    this.nextAtMs = (this.#looks + 1) * this.#rule.intervalMs;
  }

  /** Requests in the tier, waiting or served, over the time until now, in request-ms. */
  #inTierMs(nowMs: number): number {
    const { fleet, held } = this.#model.query;
    return fleet.alive.reduce(
      (sum, { slots }) => sum + slots.busyMs(nowMs) + slots.waitingMs(nowMs),
      held.waitingMs(nowMs) + fleet.ended.slotMs + fleet.ended.slotWaitMs,
    );
  }
}

import { scheduledStarts } from '../arrivals/index.ts';
import { elasticity, type Step } from '../autoscaling/elasticity.ts';
import type { SimulatedRun } from '../contract/simulation.ts';
import { percentileCurve } from '../measurement/curve.ts';
import { type Histogram, percentileUs } from '../measurement/histogram.ts';
import { type Controller, ImposedReplicas, RuleController } from './controller.ts';
import { Measures } from './measures.ts';
import { MetricsServer, scrapeMs } from './metrics-server.ts';
import { RagModel } from './rag-model.ts';
import type { SimulationRequest } from './request.ts';
import { type Stretch, stabilityOf } from './stability.ts';

const never = Number.POSITIVE_INFINITY;
/** Times at which the requests under way are counted, from two thirds of the run to its end. */
const backlogLooks = 30;

/** What happens at fixed times, and not because of a request: everything that looks, and the controller. */
class Timetable {
  nextAtMs = 0;
  readonly recent: { atMs: number; coreMs: number };
  readonly backlog = { counts: [] as number[], arrivedBefore: 0 };
  readonly #endMs: number;
  readonly #model: RagModel;
  readonly #measures: Measures;
  readonly #metrics: MetricsServer;
  readonly #controller: Controller;
  readonly #quarterMs: number;
  #binEndMs: number;
  #scrapeAtMs = scrapeMs;
  #binStart = { busyMs: 0, coreMs: 0, waitingMs: 0 };
  #backlogAtMs: number;

  constructor(endMs: number, model: RagModel, measures: Measures, metrics: MetricsServer, controller: Controller) {
    this.#endMs = endMs;
    this.#model = model;
    this.#measures = measures;
    this.#metrics = metrics;
    this.#controller = controller;
    this.#binEndMs = Math.min(endMs, measures.binMs);
    this.#quarterMs = endMs * 0.75;
    this.#backlogAtMs = this.#backlogTime(0);
    this.recent = { atMs: never, coreMs: 0 };
    this.#plan();
  }

  /** Does what is due at `nextAtMs`: samples are taken before the controller looks at them. */
  act(): void {
    const nowMs = this.nextAtMs;
    const { work, requests, query } = this.#model;
    if (this.#binEndMs === nowMs) {
      this.#closeBin(nowMs);
    }
    if (this.#scrapeAtMs === nowMs) {
      this.#metrics.scrape(nowMs);
      this.#scrapeAtMs += scrapeMs;
    }
    if (this.recent.atMs === never && this.#quarterMs === nowMs) {
      work.startOver();
      this.recent.atMs = nowMs;
      this.recent.coreMs = query.fleet.coreMs(nowMs);
    }
    if (this.#backlogAtMs === nowMs) {
      const { counts } = this.backlog;
      if (counts.length === 0) {
        this.backlog.arrivedBefore = this.#measures.counts.arrived;
      }
      counts.push(requests.inUse);
      this.#backlogAtMs = counts.length > backlogLooks ? never : this.#backlogTime(counts.length);
    }
    if (this.#controller.nextAtMs === nowMs && nowMs < this.#endMs) {
      this.#controller.act(nowMs);
    }
    this.#plan();
  }

  #plan(): void {
    this.nextAtMs = Math.min(
      this.#binEndMs,
      this.#scrapeAtMs,
      this.#controller.nextAtMs,
      this.#backlogAtMs,
      this.recent.atMs === never ? this.#quarterMs : never,
      this.#endMs,
    );
  }

  #backlogTime(look: number): number {
    return this.#endMs * (2 / 3 + look / (3 * backlogLooks));
  }

  #closeBin(nowMs: number): void {
    const { fleet, held } = this.#model.query;
    const measures = this.#measures;
    let busyMs = fleet.ended.busyMs;
    let waitingMs = fleet.ended.slotWaitMs + held.waitingMs(nowMs);
    for (const { cores, slots } of fleet.alive) {
      busyMs += cores.busyMs(nowMs);
      waitingMs += slots.waitingMs(nowMs);
    }
    const coreMs = fleet.coreMs(nowMs);
    const bin = Math.ceil(nowMs / measures.binMs) - 1;
    // Sums over the replicas of two moments; where nothing happened in between they differ by rounding, in either direction.
    measures.binBusyMs[bin] = Math.max(0, busyMs - this.#binStart.busyMs);
    measures.binCoreMs[bin] = coreMs - this.#binStart.coreMs;
    measures.binWaitingMs[bin] = Math.max(0, waitingMs - this.#binStart.waitingMs);
    this.#binStart = { busyMs, coreMs, waitingMs };
    this.#binEndMs = nowMs >= this.#endMs ? never : Math.min(this.#endMs, nowMs + measures.binMs);
  }
}

const toSeconds = (steps: readonly Step[], endMs: number) =>
  steps.filter(({ atMs }) => atMs < endMs).map(({ atMs, replicas }) => ({ atSeconds: Math.max(0, atMs / 1000), replicas }));

function responseOf(responses: Histogram, sumMs: number, longestMs: number): SimulatedRun['responseMs'] {
  const at = (percentile: number) => Math.min(longestMs, (percentileUs(responses, percentile) ?? 0) / 1000);
  const sampleCount = responses.totalCount;
  return { mean: sumMs / sampleCount, p50: at(50), p95: at(95), p99: at(99), maximum: longestMs, sampleCount };
}

/**
 * Runs a system in virtual time, from 0 s to `seconds`. Of things that happen at one moment, what looks (samples, the controller) comes
 * first, then what ends or goes on, then clients leave, then new ones arrive. Throws a `Failure` for arrivals that make no sense, an
 * unknown cache policy and a rule that asks for more than 10,000 replicas, and `RangeError` for a request without time.
 */
export function simulate(request: SimulationRequest): SimulatedRun {
  const { system, load, goal, seconds, seed, controller: by, trace, onEvent } = request;
  const endMs = seconds * 1000;
  if (!(endMs > 0 && Number.isFinite(endMs))) {
    throw new RangeError(`a run must take time, received ${seconds} s`);
  }
  const measures = new Measures(goal, endMs);
  const model = new RagModel(system, seed, measures);
  const { events, deadlines, requests, work } = model;
  const { fleet } = model.query;
  const metrics = new MetricsServer(fleet, system.query);
  const rule = 'rule' in by ? new RuleController(by.rule, model, measures, metrics) : undefined;
  const imposed = 'ready' in by ? by : undefined;
  const controller: Controller = rule ?? new ImposedReplicas(imposed?.ready.filter(({ atMs }) => atMs > 0) ?? [], model);
  fleet.addReady(imposed?.ready.findLast(({ atMs }) => atMs <= 0)?.replicas ?? request.initialReplicas);
  const timetable = new Timetable(endMs, model, measures, metrics, controller);

  const nextStart = scheduledStarts(load.arrivals, { profile: load.profile, durationMs: endMs, seed, trace });
  const nextArrivalMs = () => (nextStart() ?? never) / 1000;
  let arrivalAtMs = nextArrivalMs();
  let happened = 0;
  for (;;) {
    const eventAtMs = events.nextAtMs;
    const deadlineAtMs = deadlines.nextAtMs;
    const lookAtMs = timetable.nextAtMs;
    if (lookAtMs <= eventAtMs && lookAtMs <= deadlineAtMs && lookAtMs <= arrivalAtMs) {
      events.nowMs = lookAtMs;
      happened += 1;
      onEvent?.(lookAtMs, 'looked', -1, -1);
      timetable.act();
      if (lookAtMs >= endMs) {
        break;
      }
    } else if (eventAtMs <= deadlineAtMs && eventAtMs <= arrivalAtMs) {
      events.nowMs = eventAtMs;
      happened += 1;
      const code = events.take();
      if (onEvent !== undefined) {
        const told = model.told(code);
        onEvent(eventAtMs, told.name, told.request, told.place);
      }
      model.happen(code);
    } else if (deadlineAtMs <= arrivalAtMs) {
      events.nowMs = deadlineAtMs;
      const row = model.expire();
      if (row >= 0) {
        happened += 1;
        onEvent?.(deadlineAtMs, 'left', requests.number[row] as number, requests.replica[row] as number);
      }
    } else {
      events.nowMs = arrivalAtMs;
      happened += 1;
      onEvent?.(arrivalAtMs, 'arrived', measures.counts.arrived, -1);
      model.arrive();
      arrivalAtMs = nextArrivalMs();
    }
  }

  model.stop();
  const { counts } = measures;
  const stretches: Stretch[] = [
    { title: 'over the whole run', ms: endMs, offered: work.offered, coreMs: fleet.coreMs(endMs) },
    {
      title: 'in the last quarter',
      ms: endMs - timetable.recent.atMs,
      offered: work.recent,
      coreMs: fleet.coreMs(endMs) - timetable.recent.coreMs,
    },
  ];
  const backlog = { counts: timetable.backlog.counts, arrivals: counts.arrived - timetable.backlog.arrivedBefore };
  const paid = imposed?.paid ?? fleet.paidSteps;
  return {
    seed,
    stability: stabilityOf(system, stretches, backlog, measures.lookups === 0 ? 1 : 1 - counts.cacheHits / measures.lookups),
    counts,
    ...(counts.succeeded > 0 && { responseMs: responseOf(measures.responses, measures.responseSumMs, measures.longestMs) }),
    curve: percentileCurve(measures.responses),
    stages: measures.stages(),
    bins: measures.bins(),
    demand: toSeconds(request.demand, endMs),
    ready: toSeconds(fleet.readySteps, endMs),
    paid: toSeconds(paid, endMs),
    decisions: rule?.decisions ?? [],
    elasticity: elasticity({
      startMs: 0,
      endMs,
      demand: request.demand,
      supply: fleet.readySteps,
      paid,
      violations: measures.goal.violations(),
      violatingRequests: measures.goal.violating,
      requests: measures.goal.ended,
      ...(request.costPerReplicaHour !== undefined && { costPerReplicaHour: request.costPerReplicaHour }),
    }),
    events: happened,
  };
}

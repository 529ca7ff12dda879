import type { ScalingRule } from '../../autoscaling/scaling-rule.ts';
import type { ServiceTime, SimulatedGoal, SimulatedSystem } from '../../contract/simulation.ts';
import type { SimulationRequest } from '../request.ts';

const constant = (ms: number): ServiceTime => ({ distribution: 'constant', ms });

/** A system in which nothing takes time and nothing is short: tests say what does and what is. */
export function instantSystem(changes: {
  readonly query?: Partial<SimulatedSystem['query']>;
  readonly gateway?: SimulatedSystem['gateway'];
  readonly answerCache?: SimulatedSystem['answerCache'];
  readonly embed?: ServiceTime;
  readonly vector?: Partial<SimulatedSystem['vector']>;
  readonly provider?: Partial<SimulatedSystem['provider']>;
  readonly client?: Partial<SimulatedSystem['client']>;
}): SimulatedSystem {
  return {
    source: { kind: 'assumed', text: 'made for a test' },
    gateway: changes.gateway ?? { serviceTime: constant(0) },
    query: {
      concurrency: 100_000,
      queueLimit: 1_000_000,
      cores: 1,
      prepare: constant(0),
      finish: constant(0),
      balancing: 'round-robin',
      requests: { cpuMillicores: 1000, memoryBytes: 1_000_000 },
      memory: { baseBytes: 1000, bytesPerRequest: 10, heldShare: 0.5 },
      startUp: { scheduleSeconds: 5, loadSeconds: 10, warmUpSeconds: 0, warmUpSlowdown: 1 },
      drainSeconds: 30,
      ...changes.query,
    },
    ...(changes.answerCache !== undefined && { answerCache: changes.answerCache }),
    embed: changes.embed ?? constant(0),
    vector: { shards: 1, replicas: 1, concurrency: 1024, serviceTime: constant(0), ...changes.vector },
    provider: { generate: constant(0), ...changes.provider },
    client: { deadlineMs: 1e9, ...changes.client },
  };
}

/** Something of everything: a cache, stragglers, retries, slots, start-up. About 25 requests per second and replica. */
export const wholeSystem: SimulatedSystem = {
  source: { kind: 'assumed', text: 'made for a test' },
  gateway: { serviceTime: { distribution: 'exponential', meanMs: 2 } },
  query: {
    concurrency: 16,
    queueLimit: 20,
    cores: 1,
    prepare: { distribution: 'gamma', meanMs: 20, cv: 0.5 },
    finish: { distribution: 'lognormal', meanMs: 15, cv: 1 },
    balancing: 'least-in-flight',
    requests: { cpuMillicores: 1000, memoryBytes: 500_000_000 },
    memory: { baseBytes: 100_000_000, bytesPerRequest: 2_000_000, heldShare: 0.8 },
    startUp: { scheduleSeconds: 3, loadSeconds: 12, warmUpSeconds: 20, warmUpSlowdown: 2 },
    drainSeconds: 0.5,
  },
  answerCache: { lookup: { distribution: 'exponential', meanMs: 1 }, content: { model: 'hit-ratio', hitRatio: 0.3 } },
  embed: { distribution: 'lognormal', meanMs: 30, cv: 0.4 },
  vector: {
    shards: 3,
    replicas: 2,
    concurrency: 2,
    serviceTime: { distribution: 'gamma', meanMs: 10, cv: 0.7 },
    straggler: { share: 0.01, factor: 8 },
  },
  provider: { generate: { distribution: 'lognormal', meanMs: 300, cv: 0.6 }, slots: 15, requestsPerMinute: 12_000 },
  client: { deadlineMs: 3000, retries: { attempts: 2, backoffMs: 100, budgetShare: 0.2 } },
};

export const goal: SimulatedGoal = { percentile: 95, responseMs: 1000, errorShare: 0.01 };

/** A rule that asks for what it is told by the number of its decision, counted from 0; the last goes on. */
export function scripted(replicas: readonly number[], intervalMs = 15_000): ScalingRule<number> {
  return {
    intervalMs,
    initialState: 0,
    decide: (_observation, look) => ({
      desiredReplicas: replicas[Math.min(look, replicas.length - 1)] ?? 1,
      reason: 'Scripted',
      state: look + 1,
    }),
  };
}

/** A run at a constant rate of Poisson arrivals with one replica, changed as told. */
export function request(system: SimulatedSystem, ratePerSecond: number, changes: Partial<SimulationRequest> = {}): SimulationRequest {
  const initialReplicas = changes.initialReplicas ?? 1;
  return {
    system,
    load: { title: 'constant', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond } },
    goal,
    seconds: 60,
    seed: 1,
    initialReplicas,
    controller: { rule: scripted([initialReplicas]) as ScalingRule },
    demand: [{ atMs: 0, replicas: 1 }],
    ...changes,
  };
}

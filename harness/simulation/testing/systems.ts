import type { ScalingRule } from '../../autoscaling/scaling-rule.ts';
import type { SimulatedGoal, SimulatedSystem } from '../../contract/simulation.ts';
import type { SimulationRequest } from '../request.ts';

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

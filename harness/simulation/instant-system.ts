import type { ServiceTime, SimulatedSystem } from '../contract/simulation.ts';

const constant = (ms: number): ServiceTime => ({ distribution: 'constant', ms });

/** A system in which nothing takes time and nothing is short: whoever checks the model says what does and what is. */
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
    source: { kind: 'assumed', text: 'made to be checked' },
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

import times from '../../fixtures/simulated-askbot/times.json' with { type: 'json' };
import type { SimulatedSystem } from '../../harness/contract/simulation.ts';

const { measured, published, claimed } = times;

/**
 * Half a core, as chapter A limits its pods, is simulated as a whole one on which all work takes twice as long: what is used and what is
 * requested are both doubled, so that utilisation is the same.
 */
const halfCoreSlowdown = 2;
const mebibyte = 1_048_576;

/** The pod of chapter A: 250m and 512 MiB requested, 500m and 1 GiB at most. */
const pod = { cpuMillicores: 250 * halfCoreSlowdown, memoryBytes: 512 * mebibyte };

/** Work of so many ms of CPU per ask, half of it before the other tiers and half after: nothing tells how it divides. */
function ownWork(cpuMsPerAsk: number): Pick<SimulatedSystem['query'], 'prepare' | 'finish'> {
  const half = { distribution: 'gamma' as const, meanMs: (cpuMsPerAsk * halfCoreSlowdown) / 2, cv: 0.5 };
  return { prepare: half, finish: half };
}

function askBot(cpuMsPerAsk: number, source: SimulatedSystem['source']): SimulatedSystem {
  return {
    source,
    gateway: { serviceTime: { distribution: 'exponential', meanMs: measured.gatewayMeanMs } },
    query: {
      // The pool of chapter D: 20 connections and 30 beyond them.
      concurrency: 50,
      queueLimit: 500,
      cores: 1,
      ...ownWork(cpuMsPerAsk),
      balancing: 'least-in-flight',
      requests: pod,
      // What an ask holds is assumed; V8 gives little of it back.
      memory: { baseBytes: measured.queryResidentBytes, bytesPerRequest: 262_144, heldShare: 0.5 },
      // Assumed scheduling; ready at the first probe after 10 s, every 5 s, as chapter A's readiness probe has it; then compilers warm up.
      startUp: { scheduleSeconds: 5, loadSeconds: 12.5, warmUpSeconds: 30, warmUpSlowdown: 2 },
      drainSeconds: 30,
    },
    // RAGPulse's exact repeats; chapter A says 35 %.
    answerCache: {
      lookup: { distribution: 'exponential', meanMs: measured.cacheLookupMeanMs },
      content: { model: 'hit-ratio', hitRatio: 0.115 },
    },
    // Assumed: an embedding server of one's own.
    embed: { distribution: 'lognormal', meanMs: 40, cv: 0.5 },
    vector: { shards: 1, replicas: 4, concurrency: 32, serviceTime: { distribution: 'lognormal', meanMs: measured.searchMeanMs, cv: 0.8 } },
    provider: { generate: { distribution: 'empirical', quantiles: published.generateQuantiles } },
    client: { deadlineMs: 30_000 },
  };
}

const model = `answers of ${published.tokensPerAnswer} tokens at the published times of gpt-4o-mini`;

/** AskBot as heavy as it says of itself: CPU decides how many replicas it takes. */
export const cpuBound = askBot(claimed.cpuMsPerAsk, {
  kind: 'assumed',
  text: `AskBot with ${claimed.cpuMsPerAsk} ms of CPU per ask, the most that its own load test allows; other tiers as measured; ${model}`,
  runId: measured.runId,
});

/** The reference system's own query process in the same pod: it mostly waits, and its slots decide. */
export const slotBound = askBot(measured.queryCpuMsPerAsk, {
  kind: 'measured',
  text: `the reference system with ${measured.queryCpuMsPerAsk} ms of CPU per ask as measured; ${model}`,
  runId: measured.runId,
});

/** The same without a limit of requests in hand, as the reference system has none: CPU decides again, eight times as late. */
export const measuredSystem: SimulatedSystem = { ...slotBound, query: { ...slotBound.query, concurrency: 2_000, queueLimit: 2_000 } };

/** Four pods in one: as many event loops, slots and bytes, and the same work to do. */
export const largePod: SimulatedSystem = {
  ...cpuBound,
  query: {
    ...cpuBound.query,
    concurrency: cpuBound.query.concurrency * 4,
    queueLimit: cpuBound.query.queueLimit * 4,
    cores: 4,
    requests: { cpuMillicores: pod.cpuMillicores * 4, memoryBytes: pod.memoryBytes * 4 },
    memory: { ...cpuBound.query.memory, baseBytes: cpuBound.query.memory.baseBytes * 4 },
  },
};

/** A change of the mix: asks that cost half as much again, of which nobody told the rule. */
export const heavierMix: SimulatedSystem = {
  ...cpuBound,
  query: { ...cpuBound.query, ...ownWork(claimed.cpuMsPerAsk * 1.5) },
};

/** A hundred sources for each answer: what is in hand shows in memory. */
export const memoryHungry: SimulatedSystem = {
  ...cpuBound,
  query: { ...cpuBound.query, memory: { ...cpuBound.query.memory, bytesPerRequest: 4 * mebibyte } },
};

/** Clients wait two minutes where nothing is ready yet, and a replica loads its index before it is. */
export const patientClients: SimulatedSystem = {
  ...cpuBound,
  query: { ...cpuBound.query, startUp: { ...cpuBound.query.startUp, loadSeconds: 25 } },
  client: { deadlineMs: 120_000 },
};

/** From being asked for until a replica is ready. */
export const startUpSeconds = cpuBound.query.startUp.scheduleSeconds + cpuBound.query.startUp.loadSeconds;

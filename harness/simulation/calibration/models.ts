import type { SimulatedSystem } from '../../contract/simulation.ts';
import type { MeasuredParts } from './measured-parts.ts';
import { centredAt, deviationOf, meanOf, type QuantileCurve, serviceTimeOf, withMean } from './quantile-curve.ts';

export type ModelId = 'own-cores' | 'shared-machine';

/** What is adjusted until the model shows, at the rate that it was calibrated at, what was measured there. */
export interface Adjustment {
  /** Centre of everything that takes time and waits for nobody; where it is below 0, only the slowest of it is left. */
  readonly delayMs: number;
  /** How much of the spread of the response times the model draws itself; 1 is all of it. */
  readonly spread: number;
}

/** One way to see the machine on which the system was measured. */
export interface Model {
  readonly id: ModelId;
  readonly text: string;
  readonly replicas: number;
  /** Where the fit begins. */
  readonly first: Adjustment;
  system(adjustment: Adjustment): SimulatedSystem;
  /** Share of its busiest station that a rate would take; 1 and above has no steady state. */
  utilisation(ratePerSecond: number): number;
}

const manySlots = 100_000;
const millisecondsPerSecond = 1000;
const nothing = { distribution: 'constant', ms: 0 } as const;

/** What every calibrated system has in common: nobody is refused, nothing starts, nothing generates. */
function systemOf(
  parts: MeasuredParts,
  source: SimulatedSystem['source'],
  own: Pick<SimulatedSystem, 'gateway' | 'embed' | 'vector'> & Pick<SimulatedSystem['query'], 'cores' | 'prepare' | 'finish'>,
): SimulatedSystem {
  const { gateway, embed, vector, cores, prepare, finish } = own;
  return {
    source,
    gateway,
    query: {
      concurrency: manySlots,
      queueLimit: 0,
      cores,
      prepare,
      finish,
      balancing: 'round-robin',
      requests: { cpuMillicores: cores * millisecondsPerSecond, memoryBytes: parts.queryMemoryBytes },
      memory: { baseBytes: parts.queryMemoryBytes, bytesPerRequest: 0, heldShare: 0 },
      startUp: { scheduleSeconds: 0, loadSeconds: 0, warmUpSeconds: 0, warmUpSlowdown: 1 },
      drainSeconds: 0,
    },
    embed,
    vector,
    provider: { generate: nothing },
    client: { deadlineMs: parts.deadlineMs },
  };
}

/**
 * Every tier has cores of its own: the query tier one event loop per replica, a vector node as many searches at a time as its CPU
 * time leaves room for. What a system on machines of its own would be; on one machine it waits too little.
 */
function ownCores(parts: MeasuredParts, runId: string): Model {
  const { oneShard, nodeCpuMs, queryCpuMs, queryReplicas, shardsAsked, embedShare, response } = parts;
  const shardMs = meanOf(oneShard);
  const concurrency = nodeCpuMs === 0 ? 1 : Math.min(1024, Math.max(1, Math.round(shardMs / nodeCpuMs)));
  const half = { distribution: 'constant', ms: queryCpuMs / 2 } as const;
  const source = { kind: 'measured', runId, text: 'every tier on cores of its own, by the times and the CPU of a measured run' } as const;
  return {
    id: 'own-cores',
    text: `every tier has cores of its own: one event loop per query replica, ${concurrency} searches at a time on a vector node`,
    replicas: queryReplicas,
    first: { delayMs: Math.max(0, meanOf(response) - queryCpuMs - shardMs), spread: 0.5 },
    system: ({ delayMs, spread }) =>
      systemOf(parts, source, {
        gateway: { serviceTime: delayed(response, delayMs - Math.max(0, delayMs) * embedShare, spread) },
        embed: { distribution: 'constant', ms: Math.max(0, delayMs) * embedShare },
        cores: 1,
        prepare: half,
        finish: half,
        vector: { shards: shardsAsked, replicas: 1, concurrency, serviceTime: serviceTimeOf(oneShard) },
      }),
    utilisation: (rate) => Math.max((rate * queryCpuMs) / queryReplicas, (rate * shardMs) / concurrency) / millisecondsPerSecond,
  };
}

function delayed(shape: QuantileCurve, centreMs: number, spread: number): SimulatedSystem['gateway']['serviceTime'] {
  return spread === 0 ? { distribution: 'constant', ms: Math.max(0, centreMs) } : serviceTimeOf(centredAt(shape, centreMs, spread));
}

/** A job may fill so much of its own response time with work; the rest waits for timers, sockets and wake-ups. */
const mostWorkShare = 0.95;

/**
 * One station that all processes share, the generator included: the cores of the machine, first come, first served, where each
 * job leaves the CPU time that was measured. A job whose parts work side by side has more CPU time than response time; it is given
 * fewer and faster cores, so that the machine is as full and the job as short as they were.
 */
function sharedMachine(parts: MeasuredParts, runId: string): Model {
  const { cores: machineCores, machineCpuMs, response } = parts;
  const responseMs = meanOf(response);
  const room = Math.floor((mostWorkShare * responseMs * machineCores) / machineCpuMs);
  const cores = Math.min(machineCores, Math.max(1, room));
  const workMs = (machineCpuMs * cores) / machineCores;
  const deviationMs = deviationOf(response);
  // A machine that divides its time among all who want it makes them wait as first come, first served does at a coefficient of 1.
  const mostSpread = deviationMs === 0 ? 0 : Math.min(1, workMs / deviationMs);
  const source = { kind: 'measured', runId, text: 'one machine for every process, by the CPU time of a measured run' } as const;
  return {
    id: 'shared-machine',
    text: `all processes and the generator share one machine: ${machineCpuMs.toFixed(2)} ms of CPU per job on ${machineCores} cores${
      cores === machineCores ? '' : `, as ${workMs.toFixed(2)} ms on ${cores} faster core${cores === 1 ? '' : 's'}`
    }`,
    replicas: 1,
    first: { delayMs: Math.max(0, responseMs - workMs), spread: 1 },
    system: ({ delayMs, spread }) => {
      const ofWork = Math.min(spread, mostSpread);
      return systemOf(parts, source, {
        gateway: { serviceTime: delayed(response, delayMs, spread - ofWork) },
        embed: nothing,
        cores,
        prepare: serviceTimeOf(withMean(response, workMs, ofWork)),
        finish: nothing,
        vector: { shards: 1, replicas: 1, concurrency: 1024, serviceTime: nothing },
      });
    },
    utilisation: (rate) => (rate * machineCpuMs) / machineCores / millisecondsPerSecond,
  };
}

/** All ways to see the machine: the naive one first. */
export function modelsOf(parts: MeasuredParts, runId: string): Readonly<Record<ModelId, Model>> {
  return { 'own-cores': ownCores(parts, runId), 'shared-machine': sharedMachine(parts, runId) };
}

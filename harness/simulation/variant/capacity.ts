import { Failure } from '../../contract/failure.ts';
import type { SimulatedGoal, SimulatedRun, SimulatedSystem } from '../../contract/simulation.ts';
import { meanServiceMs } from '../draws.ts';
import { simulate } from '../simulate.ts';
import { keepsGoal, percentileMs } from './goal.ts';

/** The answer is known to this share of itself. */
const relativeWidth = 0.05;
/** A search that gets no nearer than this to what it is looking for has lost its way. */
const mostProbes = 40;
/** Requests of a probe, within bounds of its virtual time: enough for a tail, and for a queue near saturation to show. */
const probeRequests = 60_000;
const probeSeconds = { least: 120, most: 900 };
/** Below this share of what utilisation alone would allow, a goal that is missed is missed without any queue. */
const unloadedShare = 1 / 64;

export interface ReplicaCapacity {
  /** What one warm replica serves within the goal. */
  readonly ratePerSecond: number;
  /** What the tiers that all replicas share can carry together, whatever the goal; `Infinity` where nothing limits them. */
  readonly ceilingPerSecond: number;
  /** The first of those tiers to give out; absent where nothing limits them. */
  readonly boundBy?: string;
  /** How the rate was found. */
  readonly why: string;
}

/** The same system where nothing but the replica itself can give out, so that what is found belongs to the replica. */
function alone({ vector, provider, client, ...rest }: SimulatedSystem): SimulatedSystem {
  const { straggler } = vector;
  return {
    ...rest,
    vector: {
      shards: vector.shards,
      replicas: 16,
      concurrency: 1024,
      serviceTime: vector.serviceTime,
      ...(straggler === undefined ? {} : { straggler }),
    },
    provider: { generate: provider.generate },
    client: { deadlineMs: client.deadlineMs },
  };
}

/** The share of requests that no cache answers; of a cache whose hits depend on its keys nothing is known beforehand. */
function missShare({ answerCache }: SimulatedSystem): number {
  return answerCache?.content.model === 'hit-ratio' ? 1 - answerCache.content.hitRatio : 1;
}

/** What utilisation alone allows one replica: its event loops, or the requests that it may have in hand. */
function saturationRate(system: SimulatedSystem): number {
  const { query, answerCache, embed, vector, provider } = system;
  const ownMs = meanServiceMs(query.prepare) + meanServiceMs(query.finish);
  const elsewhereMs = meanServiceMs(embed) + meanServiceMs(vector.serviceTime) + meanServiceMs(provider.generate);
  const lookupMs = answerCache === undefined ? 0 : meanServiceMs(answerCache.lookup);
  const heldMs = ownMs + lookupMs + missShare(system) * elsewhereMs;
  return Math.min((query.cores * 1000) / Math.max(ownMs, 1e-3), (query.concurrency * 1000) / Math.max(heldMs, 1e-3));
}

/** What the shared tiers carry at most, by name, in requests of clients. */
function ceilings(system: SimulatedSystem): { readonly tier: string; readonly perSecond: number }[] {
  const { vector, provider } = system;
  const misses = missShare(system);
  const straggling = vector.straggler === undefined ? 1 : 1 + vector.straggler.share * (vector.straggler.factor - 1);
  const searchMs = meanServiceMs(vector.serviceTime) * straggling;
  const generateMs = meanServiceMs(provider.generate);
  const limits = [
    { tier: 'the vector nodes', perSecond: (vector.replicas * vector.concurrency * 1000) / searchMs },
    ...(provider.slots === undefined
      ? []
      : [{ tier: 'the answers that are written at a time', perSecond: (provider.slots * 1000) / generateMs }]),
    ...(provider.requestsPerMinute === undefined
      ? []
      : [{ tier: 'the request limit of the provider', perSecond: provider.requestsPerMinute / 60 }]),
  ];
  return limits
    .map(({ tier, perSecond }) => ({ tier, perSecond: perSecond / misses }))
    .filter(({ perSecond }) => Number.isFinite(perSecond))
    .toSorted((a, b) => a.perSecond - b.perSecond);
}

export const rateText = (perSecond: number) => `${Number(perSecond.toPrecision(3))}/s`;
const msText = (ms: number | undefined) => (ms === undefined ? 'no answer' : `${Math.round(ms)} ms`);

interface Probe {
  readonly ratePerSecond: number;
  readonly run: SimulatedRun;
  readonly holds: boolean;
}

/** Gives the event loop back, so that Ctrl-C is heard between two runs. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function search(
  system: SimulatedSystem,
  goal: SimulatedGoal,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<ReplicaCapacity> {
  const replica = alone(system);
  const one = [{ atMs: 0, replicas: 1 }];
  let probes = 0;
  const probe = async (ratePerSecond: number): Promise<Probe> => {
    await breathe();
    signal?.throwIfAborted();
    probes += 1;
    const run = simulate({
      system: replica,
      load: { title: 'capacity', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond } },
      goal,
      seconds: Math.min(Math.max(probeRequests / ratePerSecond, probeSeconds.least), probeSeconds.most),
      seed,
      initialReplicas: 1,
      controller: { ready: one, paid: one },
      demand: one,
    });
    return { ratePerSecond, run, holds: keepsGoal(run, goal) };
  };

  const saturation = saturationRate(system);
  let low: Probe | undefined;
  let high: Probe | undefined;
  for (let rate = saturation / 2; (low === undefined || high === undefined) && probes < mostProbes; ) {
    const made = await probe(rate);
    if (made.holds) {
      low = made;
      rate *= high === undefined ? 1.5 : 1;
    } else {
      high = made;
      rate /= 2;
      if (low === undefined && rate < saturation * unloadedShare) {
        throw new Failure(
          'configuration',
          'goal_unreachable',
          `at ${rateText(made.ratePerSecond)}, where hardly anybody waits, p${goal.percentile} is ${msText(percentileMs(made.run, goal.percentile))} and the goal ${goal.responseMs} ms: no number of replicas keeps it`,
          { hint: 'raise the response time of the goal, or shorten the service times' },
        );
      }
    }
  }
  while (low !== undefined && high !== undefined && high.ratePerSecond / low.ratePerSecond - 1 > relativeWidth && probes < mostProbes) {
    const made = await probe((low.ratePerSecond + high.ratePerSecond) / 2);
    if (made.holds) {
      low = made;
    } else {
      high = made;
    }
  }
  if (low === undefined) {
    throw new RangeError(`the search for the capacity of one replica found no rate in ${probes} simulated runs`);
  }
  const { percentile, responseMs, errorShare } = goal;
  const at = ({ ratePerSecond, run }: Probe) => `p${percentile} ${msText(percentileMs(run, percentile))} at ${rateText(ratePerSecond)}`;
  const width =
    high === undefined ? 'nothing faster was tried' : `known to ${((high.ratePerSecond / low.ratePerSecond - 1) * 100).toFixed(1)} %`;
  const [first] = ceilings(system);
  return {
    ratePerSecond: low.ratePerSecond,
    ceilingPerSecond: first?.perSecond ?? Number.POSITIVE_INFINITY,
    ...(first === undefined ? {} : { boundBy: first.tier }),
    why: `one warm replica alone within p${percentile} ≤ ${responseMs} ms and ${errorShare * 100} % errors, by bisection over simulated runs of Poisson arrivals: ${at(low)}${high === undefined ? '' : `, ${at(high)}`}; ${width}`,
  };
}

/** The search is a function of these alone, and a scenario asks for the same ones again and again. */
const found = new Map<string, Promise<ReplicaCapacity>>();

/**
 * The rate that one warm replica serves within the goal, to 5 %, and what the shared tiers carry. The same arguments are searched for
 * once. Rejects with a `Failure` (`goal_unreachable`, 78) where even an idle system misses the goal, and with the reason of the signal.
 */
export async function replicaCapacity(
  system: SimulatedSystem,
  goal: SimulatedGoal,
  seed: number,
  signal?: AbortSignal,
): Promise<ReplicaCapacity> {
  const { source: _, ...parts } = system;
  const key = JSON.stringify([parts, goal, seed]);
  const known = found.get(key);
  if (known !== undefined) {
    return known;
  }
  const searching = search(system, goal, seed, signal);
  found.set(key, searching);
  try {
    return await searching;
  } catch (error) {
    found.delete(key);
    throw error;
  }
}

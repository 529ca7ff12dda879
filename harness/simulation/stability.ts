import type { SimulatedRun, SimulatedSystem } from '../contract/simulation.ts';
import type { Work } from './work.ts';

type Offered = Work['offered'];

/** A stretch of a run: what was offered in it, and what there was to serve it. */
export interface Stretch {
  readonly title: string;
  readonly ms: number;
  readonly offered: Readonly<Offered>;
  /** Cores of the query replicas that served, over the time, in core-ms. */
  readonly coreMs: number;
}

/** Requests under way at equal distances in the last third of a run, and how many arrived in it. */
export interface Backlog {
  readonly counts: readonly number[];
  readonly arrivals: number;
}

/** A backlog that grows by less of what arrives is put down to chance. */
const growthShare = 0.05;
/** In standard deviations of a Poisson count. */
const growthDeviations = 4;

const shown = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : 'without bound');

function utilisations({ query, vector, provider }: SimulatedSystem, { ms, offered, coreMs }: Stretch, missShare: number) {
  const { requests, ownMs, searchMs, slowestSearchMs, embedMs, generateMs } = offered;
  const elsewhereMs = missShare * (embedMs + slowestSearchMs + generateMs);
  const ratio = (asked: number, there: number) => (asked === 0 ? 0 : asked / there);
  return [
    { of: 'the CPU of the query replicas', rho: ratio(ownMs, coreMs) },
    { of: 'the slots of the query replicas', rho: ratio(ownMs + elsewhereMs, (coreMs / query.cores) * query.concurrency) },
    { of: 'the vector nodes', rho: ratio(missShare * searchMs, ms * vector.shards * vector.replicas * vector.concurrency) },
    { of: 'the slots of the provider', rho: provider.slots === undefined ? 0 : ratio(missShare * generateMs, ms * provider.slots) },
    {
      of: "the provider's rate limit",
      rho: provider.requestsPerMinute === undefined ? 0 : ratio(missShare * requests, (ms / 60_000) * provider.requestsPerMinute),
    },
  ];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Whether the means of a run mean anything. It is unstable where the work that was offered, over the whole run or over its last quarter,
 * was at least what some tier can do in that time (first attempts only, without warm-up: the least that it could be), or where what is
 * under way still grew in the last third by more than 5 % of what arrived and four standard deviations of a Poisson count.
 */
export function stabilityOf(
  system: SimulatedSystem,
  stretches: readonly Stretch[],
  backlog: Backlog,
  missShare: number,
): SimulatedRun['stability'] {
  const all = stretches.flatMap((stretch) =>
    utilisations(system, stretch, missShare).map(({ of, rho }) => ({ of, rho, title: stretch.title })),
  );
  const overloaded = all.find(({ rho }) => rho >= 1);
  if (overloaded !== undefined) {
    const { of, rho, title } = overloaded;
    return { verdict: 'unstable', why: `${of} were offered ${shown(rho)} times what they can do ${title}` };
  }
  const third = Math.max(1, Math.floor(backlog.counts.length / 3));
  const before = mean(backlog.counts.slice(0, third));
  const after = mean(backlog.counts.slice(-third));
  if (after - before > Math.max(growthShare * backlog.arrivals, growthDeviations * Math.sqrt(backlog.arrivals))) {
    return {
      verdict: 'unstable',
      why: `requests under way grew from ${before.toFixed(0)} to ${after.toFixed(0)} in the last third of the run, while ${backlog.arrivals} arrived`,
    };
  }
  const highest = all.reduce((most, other) => (other.rho > most.rho ? other : most));
  return { verdict: 'stable', why: `the highest utilisation is ${shown(highest.rho)}: ${highest.of} ${highest.title}` };
}

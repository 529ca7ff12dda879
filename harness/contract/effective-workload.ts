import type { ClosedLoop, ThinkTime, Workload } from './workload.ts';

interface Asked {
  readonly workload?: { readonly [Field in keyof Workload]?: Workload[Field] | undefined } | undefined;
}

/** What a profile says instead of the workloads. */
interface Scale {
  readonly users?: number | undefined;
  readonly connections?: number | undefined;
}

/**
 * The workload of one variant: its own fields, otherwise those of the scenario. The profile says how many users a closed loop has, and
 * how many connections where the variant does not say it.
 */
export function workloadOf(base: Workload, { workload: own = {} }: Asked, { users, connections }: Scale = {}): Workload {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const workload: Workload = { ...base, ...(connections === undefined ? {} : { connections }), ...given };
  return workload.closedLoop === undefined || users === undefined
    ? workload
    : { ...workload, closedLoop: { ...workload.closedLoop, users } };
}

/** The mean of a think time, ms. */
export function meanThinkMs(thinkTime: ThinkTime): number {
  switch (thinkTime.distribution) {
    case 'uniform':
      return (thinkTime.minimumMs + thinkTime.maximumMs) / 2;
    case 'exponential':
      return thinkTime.meanMs;
    case 'lognormal':
      return thinkTime.medianMs * Math.exp(thinkTime.sigma ** 2 / 2);
  }
}

/** Requests per second of users who wait `responseMs` for an answer and then think (the interactive response time law). */
export function rateOfUsers({ users, thinkTime }: Pick<ClosedLoop, 'users' | 'thinkTime'>, responseMs: number): number {
  return (1000 * users) / (meanThinkMs(thinkTime) + responseMs);
}

interface Placed {
  readonly id: string;
  readonly topology: unknown;
  readonly documentsShare?: number | undefined;
  readonly overload?: unknown;
}

/**
 * Which running system serves a variant: variants of one topology with the same documents share one, which is started and filled
 * once. One that is driven past its knee has its own, because it may end it.
 */
export function systemKeyOf({ id, topology, documentsShare = 1, overload }: Placed): string {
  return JSON.stringify(overload === undefined ? { topology, documentsShare } : { id });
}

import path from 'node:path';
import { Failure } from '../contract/failure.ts';
import type { LoadPlan } from '../contract/plan.ts';

/** The part of worker `index` of `count`, with only the requests that it sends. */
function partOf(plan: LoadPlan, index: number, count: number): LoadPlan {
  const { requests, offsetsUs, requestOf, closedLoop, connections } = plan;
  const isOwn = (_: unknown, job: number) => job % count === index;
  const kept: LoadPlan['requests'] = [];
  const positions = new Map<number, number>();
  const keep = (position: number): number => {
    const known = positions.get(position);
    const request = requests[position];
    if (known !== undefined || request === undefined) {
      return known ?? position;
    }
    positions.set(position, kept.length);
    return kept.push(request) - 1;
  };
  const ownRequests = requestOf.filter(isOwn).map(keep);
  const ownUsers = closedLoop?.users
    .filter(({ user }) => user % count === index)
    .map((user) => ({ ...user, script: user.script.map(keep) }));
  return {
    ...plan,
    // A part without a job still needs a list that is not empty.
    requests: kept.length === 0 ? requests.slice(0, 1) : kept,
    offsetsUs: offsetsUs.filter(isOwn),
    requestOf: ownRequests,
    ...(closedLoop !== undefined && { closedLoop: { ...closedLoop, users: ownUsers ?? [] } }),
    connections: Math.floor((connections + count - 1 - index) / count),
    worker: { index, count },
    outputDirectory: path.join(plan.outputDirectory, `worker-${index}`),
  };
}

/**
 * The parts of a plan for several generator processes: job i, and in a closed loop user i, goes to worker i mod `count`, and the
 * connections are divided evenly. Throws a `Failure` when there is not one connection or one user for each.
 */
export function splitPlan(plan: LoadPlan, count: number): LoadPlan[] {
  const refuse = (what: string): never => {
    throw new Failure('configuration', 'too_many_workers', `${count} workers cannot share ${what}`, {
      hint: 'name fewer with --workers',
    });
  };
  if (plan.connections < count) {
    refuse(`${plan.connections} connections`);
  }
  const parts = Array.from({ length: count }, (_, index) => partOf(plan, index, count));
  if (parts.some(({ closedLoop }) => closedLoop?.users.length === 0)) {
    refuse(`${plan.closedLoop?.users.length} users`);
  }
  return parts;
}

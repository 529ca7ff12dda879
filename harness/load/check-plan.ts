import { Failure } from '../contract/failure.ts';
import type { ClosedLoad, LoadPlan } from '../contract/plan.ts';

function refuse(message: string): never {
  throw new Failure('configuration', 'invalid_load_plan', `the load plan ${message}`);
}

function checkUsers({ users, population }: ClosedLoad, { offsetsUs, requestOf, requests }: LoadPlan, endUs: number): void {
  if (offsetsUs.length + requestOf.length > 0) {
    refuse(`has ${users.length} users of a closed loop and a schedule of ${offsetsUs.length} jobs: the load is either closed or open`);
  }
  const seen = new Set<number>();
  for (const { user, startUs, script } of users) {
    if (user >= population || seen.has(user)) {
      refuse(seen.has(user) ? `names user ${user} twice` : `names user ${user}, but the users are numbered from 0 to ${population - 1}`);
    }
    seen.add(user);
    if (startUs >= endUs) {
      refuse(`lets user ${user} start at ${startUs} µs, which is not before its end at ${endUs} µs`);
    }
    const unknown = script.find((request) => requests[request] === undefined);
    if (unknown !== undefined) {
      refuse(`names request ${unknown} in the script of user ${user} but has ${requests.length} requests`);
    }
  }
}

/** Throws `Failure` where a plan is well-formed but contradicts itself. */
export function checkPlan(plan: LoadPlan): void {
  const { offsetsUs, requestOf, requests, closedLoop, warmUpMs, steadyMs } = plan;
  const endUs = (warmUpMs + steadyMs) * 1000;
  if (closedLoop !== undefined) {
    checkUsers(closedLoop, plan, endUs);
  }
  if (requestOf.length !== offsetsUs.length) {
    refuse(`has ${offsetsUs.length} offsets but ${requestOf.length} requests for them`);
  }
  const unordered = offsetsUs.findIndex((offset, job) => offset < (offsetsUs[job - 1] ?? 0));
  if (unordered !== -1) {
    refuse(`has offsets that are not ascending: offsetsUs[${unordered}] is ${offsetsUs[unordered]} after ${offsetsUs[unordered - 1]}`);
  }
  if ((offsetsUs.at(-1) ?? 0) >= endUs) {
    refuse(`has an offset of ${offsetsUs.at(-1)} µs, which is not before its end at ${endUs} µs`);
  }
  const unknown = requestOf.findIndex((request) => requests[request] === undefined);
  if (unknown !== -1) {
    refuse(`names request ${requestOf[unknown]} for job ${unknown} but has ${requests.length} requests`);
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadPlan } from '../contract/plan.ts';
import { ClosedLoopJobs } from './closed-loop-jobs.ts';
import type { JobSource } from './job-source.ts';
import { ScheduledJobs } from './scheduled-jobs.ts';
import { splitPlan } from './split-plan.ts';
import { loadPlan } from './testing/load-plan.ts';

const names = ['a', 'b', 'c', 'd'];

/** Every job with its moment and the path that it asks. */
function jobsOf(plan: LoadPlan, jobs: JobSource): string[] {
  const all: string[] = [];
  for (let place = 0; jobs.takeDue(jobs.nextDueUs); place += 1) {
    all.push(
      `${jobs.jobOf(place)} at ${jobs.intendedUs(place)} asks ${plan.requests[jobs.requestOf(place)]?.path} in ${jobs.sessionOf(place)}`,
    );
    jobs.ended(place, jobs.intendedUs(place) + 1000, undefined);
  }
  return all.sort();
}

const scheduled = (plan: LoadPlan) => jobsOf(plan, new ScheduledJobs(plan));
const closed = (plan: LoadPlan) =>
  plan.closedLoop === undefined
    ? []
    : jobsOf(plan, new ClosedLoopJobs({ stepId: plan.stepId, load: plan.closedLoop, endUs: plan.steadyMs * 1000 }));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('splitPlan', () => {
  it('gives job i to worker i mod N, with its moment and its request', () => {
    const job = fc.record({ gapUs: fc.nat(5000), name: fc.constantFrom(...names) });
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 5 }), fc.nat(20), (jobs, count, more) => {
        let atUs = 0;
        const offsetsUs = jobs.map(({ gapUs }) => {
          atUs += gapUs;
          return atUs;
        });
        const paths = jobs.map(({ name }) => name);
        const plan = loadPlan(1, '/out', paths, { offsetsUs, connections: count + more });
        const parts = splitPlan(plan, count);
        expect(parts.flatMap(scheduled).sort()).toEqual(scheduled(plan));
        for (const [index, part] of parts.entries()) {
          expect(part.offsetsUs).toEqual(offsetsUs.filter((_, number) => number % count === index));
          expect(new Set(part.requests.map(({ path }) => path)).size).toBe(part.requests.length);
          expect(part.outputDirectory).toBe(`/out/worker-${index}`);
        }
        const connections = parts.map((part) => part.connections);
        expect(sum(connections)).toBe(plan.connections);
        expect(Math.max(...connections) - Math.min(...connections)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('gives user u to worker u mod N, who asks the same there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (users, count, seed) => {
        const plan = loadPlan(1, '/out', [], {
          connections: 100,
          steadyMs: 500,
          requests: names.map((name) => ({ kind: 'search', method: 'GET', path: `/${name}`, headers: {} })),
          closedLoop: {
            seed,
            thinkTime: { distribution: 'exponential', meanMs: 100 },
            turnsPerSession: 2,
            population: users,
            users: Array.from({ length: users }, (_, user) => ({ user, startUs: user * 1000, script: [user % 4, (user * 3) % 4] })),
          },
        });
        const parts = splitPlan(plan, count);
        expect(parts.flatMap(closed).sort()).toEqual(closed(plan));
        expect(parts.flatMap(({ closedLoop }, index) => closedLoop?.users.map(({ user }) => user % count === index) ?? [])).not.toContain(
          false,
        );
      }),
    );
  });

  it('refuses more workers than there are connections or users', () => {
    const plan = loadPlan(1, '/out', ['a'], { connections: 2 });
    expect(() => splitPlan(plan, 3)).toThrow('3 workers cannot share 2 connections');
    const thinkTime = { distribution: 'exponential', meanMs: 1 } as const;
    const closedLoop = { seed: 1, thinkTime, turnsPerSession: 1, population: 1, users: [{ user: 0, startUs: 0, script: [0] }] };
    const alone = loadPlan(1, '/out', [], { requests: plan.requests, closedLoop });
    expect(() => splitPlan(alone, 2)).toThrow('2 workers cannot share 1 users');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rampUpUs } from '../arrivals/think-time.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { ClosedLoad } from '../contract/plan.ts';
import type { ThinkTime } from '../contract/workload.ts';
import { ClosedLoopJobs, closedLoadHash } from './closed-loop-jobs.ts';

const endUs = 5_000_000;

function load(users: number, thinkTime: ThinkTime, changes: Partial<ClosedLoad> = {}): ClosedLoad {
  return {
    seed: 1,
    thinkTime,
    turnsPerSession: 3,
    population: users,
    users: Array.from({ length: users }, (_, user) => ({ user, startUs: rampUpUs(user, users, 1), script: [user, user + 1, 7] })),
    ...changes,
  };
}

interface Asked {
  readonly job: number;
  readonly request: number;
  readonly session: string;
  readonly intendedUs: number;
}

/** Lives a step in simulated time: a job is answered so long after it was intended as `serviceUs` says. */
function live(closed: ClosedLoad, serviceUs: (index: number) => number, error?: ErrorClass): Asked[] {
  const jobs = new ClosedLoopJobs({ stepId: 'step', load: closed, endUs });
  const running: { place: number; doneUs: number }[] = [];
  const asked: Asked[] = [];
  for (;;) {
    running.sort((a, b) => a.doneUs - b.doneUs);
    const first = running[0];
    if (first !== undefined && first.doneUs <= jobs.nextDueUs) {
      running.shift();
      jobs.ended(first.place, first.doneUs, error);
      continue;
    }
    if (jobs.nextDueUs === Number.POSITIVE_INFINITY) {
      return asked;
    }
    expect(jobs.takeDue(jobs.nextDueUs - 1)).toBe(false);
    expect(jobs.takeDue(jobs.nextDueUs)).toBe(true);
    const place = jobs.count - 1;
    const intendedUs = jobs.intendedUs(place);
    asked.push({ job: jobs.jobOf(place), request: jobs.requestOf(place), session: jobs.sessionOf(place), intendedUs });
    running.push({ place, doneUs: intendedUs + serviceUs(place) });
  }
}

const thinkTime = fc.constantFrom<ThinkTime>(
  { distribution: 'uniform', minimumMs: 50, maximumMs: 150 },
  { distribution: 'exponential', meanMs: 200 },
  { distribution: 'lognormal', medianMs: 100, sigma: 1 },
);

describe('the jobs of a closed loop', () => {
  it('ascend in time, are unique, and each user has its turns in order, one at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), thinkTime, fc.array(fc.nat(400_000), { minLength: 1 }), (users, think, services) => {
        const serviceUs = (index: number) => services[index % services.length] as number;
        const asked = live(load(users, think), serviceUs);
        expect(asked.map(({ intendedUs }) => intendedUs)).toEqual(asked.map(({ intendedUs }) => intendedUs).toSorted((a, b) => a - b));
        expect(asked.every(({ intendedUs }) => intendedUs < endUs)).toBe(true);
        expect(new Set(asked.map(({ job }) => job)).size).toBe(asked.length);
        for (let user = 0; user < users; user += 1) {
          const own = asked.map((one, index) => ({ ...one, index })).filter(({ job }) => job % users === user);
          expect(own.map(({ job }) => Math.floor(job / users))).toEqual(own.map((_, turn) => turn));
          expect(own.map(({ request }) => request)).toEqual(own.map((_, turn) => [user, user + 1, 7][turn % 3]));
          expect(own[0]?.intendedUs).toBe(rampUpUs(user, users, 1));
          for (const [turn, { intendedUs, index }] of own.entries()) {
            const next = own[turn + 1];
            // A user never asks again before its answer came.
            expect((next?.intendedUs ?? Number.POSITIVE_INFINITY) >= intendedUs + serviceUs(index)).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ask the same and think as long whatever the timing of the answers', () => {
    const closed = load(12, { distribution: 'uniform', minimumMs: 50, maximumMs: 150 });
    const byJob = (asked: readonly Asked[]) => new Map(asked.map(({ job, request, session }) => [job, `${request} ${session}`]));
    const [quick, slow] = [byJob(live(closed, () => 1000)), byJob(live(closed, (index) => 1000 + ((index * 7919) % 90_000)))];
    expect(quick.size).toBeGreaterThan(slow.size);
    for (const [job, what] of slow) {
      expect(quick.get(job)).toBe(what);
    }
    // With answers at once the gaps are the think times themselves.
    const thought = (asked: readonly Asked[], serviceUs: number) => {
      const own = asked.filter(({ job }) => job % 12 === 5).map(({ intendedUs }) => intendedUs);
      return own.slice(1, 15).map((intendedUs, index) => intendedUs - (own[index] ?? 0) - serviceUs);
    };
    expect(
      thought(
        live(closed, () => 20_000),
        20_000,
      ),
    ).toEqual(
      thought(
        live(closed, () => 0),
        0,
      ),
    );
  });

  it('share a session for so many turns, named alike in length and by no other user', () => {
    const asked = live(load(9, { distribution: 'uniform', minimumMs: 20, maximumMs: 20 }), () => 0);
    const sessions = Map.groupBy(asked, ({ session }) => session);
    for (const [session, turns] of sessions) {
      expect(session).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
      expect(session.length).toBe('step'.length + 14);
      expect(new Set(turns.map(({ job }) => job % 9)).size).toBe(1);
      expect(turns.length).toBeLessThanOrEqual(3);
    }
    expect([...sessions.values()].filter((turns) => turns.length < 3).length).toBeLessThanOrEqual(9);
  });

  it('reserve the places of the quickest answers, and no timing needs more', () => {
    const closed = load(20, { distribution: 'exponential', meanMs: 100 });
    const { expected } = new ClosedLoopJobs({ stepId: 'step', load: closed, endUs });
    expect(live(closed, () => 0)).toHaveLength(expected);
    expect(live(closed, () => 5000).length).toBeLessThan(expected);
  });

  it('do not turn a refusal into an endless loop of no think time', () => {
    const closed = load(5, { distribution: 'uniform', minimumMs: 0, maximumMs: 0 });
    const asked = live(closed, () => 0, 'refused');
    expect(asked.length).toBeGreaterThan(5 * 40);
    expect(asked.length).toBeLessThanOrEqual(5 * 50);
  });

  it('have a hash of everything that decides them, whatever the order in which users are listed', () => {
    const closed = load(4, { distribution: 'exponential', meanMs: 100 });
    expect(closedLoadHash({ ...closed, users: closed.users.toReversed() })).toBe(closedLoadHash(closed));
    for (const changes of [{ seed: 2 }, { turnsPerSession: 2 }, { users: closed.users.slice(1) }]) {
      expect(closedLoadHash({ ...closed, ...changes })).not.toBe(closedLoadHash(closed));
    }
  });
});

import { hash32, randomStream } from '../../system/policies/random-stream.ts';
import { mostRequests, rampUpUs } from '../arrivals/think-time.ts';
import { Failure } from '../contract/failure.ts';
import type { ClosedLoad, LoadUser, PreparedRequest, Step } from '../contract/plan.ts';
import type { ClosedLoop } from '../contract/workload.ts';
import { intentDrawer, type JobIntent, revisionNumbers, revisionsPerStep } from './job-intent.ts';
import { createRequestList } from './request-list.ts';
import type { StepSources } from './requests.ts';

export interface ClosedLoopSettings extends StepSources {
  readonly step: Pick<Step, 'id' | 'seed' | 'order' | 'warmUpSeconds' | 'steadySeconds'>;
  readonly closedLoop: ClosedLoop;
  /** Each user belongs to one. */
  readonly tenants: readonly string[];
}

export interface ClosedLoopRequests {
  readonly requests: PreparedRequest[];
  readonly closedLoop: ClosedLoad;
  /** What a job asks; undefined for a job that no user has. */
  readonly intentOf: (job: number) => JobIntent | undefined;
}

/**
 * The users of one closed step with everything they ask, built before it starts. The n-th request of a user depends on the seed,
 * the user and n alone: whatever the system answers and when, two runs ask the same. A script is as long as its user can need, when
 * every answer comes at once, so that questions that never repeat do not; where there is hardly any think time it is cut so that
 * all together hold a million requests, and asked from the beginning again. Users who would start after the end are left out.
 * Throws a `Failure` where a cut script would write its revisions twice.
 */
export function createClosedLoopRequests(settings: ClosedLoopSettings): ClosedLoopRequests {
  const { workload, step, corpus, queries, apiKeys, closedLoop, tenants } = settings;
  const { users: population, thinkTime, turnsPerSession, rampUpSeconds } = closedLoop;
  const { seed } = step;
  const endUs = Math.floor((step.warmUpSeconds + step.steadySeconds) * 1_000_000);
  const longest = Math.floor(revisionsPerStep / population);
  const list = createRequestList(apiKeys, { sessions: turnsPerSession > 1 });
  const nextRevision = revisionNumbers(step.order);
  const intents = new Map<number, readonly JobIntent[]>();
  const users: LoadUser[] = [];
  for (let user = 0; user < population; user += 1) {
    const startUs = rampUpUs(user, population, rampUpSeconds);
    const needed = mostRequests(thinkTime, { seed, user, startUs, endUs, limit: longest + 1 });
    if (needed === 0) {
      continue;
    }
    if (needed > longest && (workload.mix.upsert ?? 0) > 0) {
      throw new Failure(
        'configuration',
        'unrepeatable_upserts',
        `user ${user} may send more than ${longest} requests in ${endUs / 1_000_000} s, and its upserts would have to repeat`,
        { hint: 'give the users a longer think time, or take upserts out of the mix' },
      );
    }
    const tenant = tenants[user % tenants.length] as string;
    const questions = queries.open(hash32(`${seed} user ${user}`), `${step.order}-${user}`);
    const next = intentDrawer({
      workload,
      corpus,
      kinds: randomStream(seed, `mix of user ${user}`),
      choices: randomStream(seed, `upserts of user ${user}`),
      nextQuery: () => ({ ...questions.next(), tenant }),
      nextRevision,
    });
    const asked = Array.from({ length: Math.min(needed, longest) }, next);
    intents.set(user, asked);
    users.push({ user, startUs, script: asked.map((intent) => list.positionOf(intent)) });
  }
  return {
    requests: [...list.requests],
    closedLoop: { seed, thinkTime, turnsPerSession, population, users },
    intentOf(job) {
      const asked = intents.get(job % population);
      return asked?.[Math.floor(job / population) % asked.length];
    },
  };
}

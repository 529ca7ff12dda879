import { randomStream } from '../../system/policies/random-stream.ts';
import type { LoadPlan, PreparedRequest, Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';
import type { Corpus } from './documents.ts';
import { intentDrawer, type JobIntent, revisionNumbers, revisionsPerStep } from './job-intent.ts';
import type { Queries } from './queries.ts';
import { createRequestList } from './request-list.ts';

export interface StepRequests extends Pick<LoadPlan, 'requestOf'> {
  readonly requests: PreparedRequest[];
  /** Intent of job i. */
  readonly jobs: readonly JobIntent[];
}

export interface StepSources {
  readonly workload: Pick<Workload, 'mix' | 'queries'>;
  readonly step: Pick<Step, 'seed' | 'order'>;
  readonly corpus: Corpus;
  readonly queries: Pick<Queries, 'open'>;
  /** API key that may search and write, by tenant. */
  readonly apiKeys: ReadonlyMap<string, string>;
}

export interface StepRequestSettings extends StepSources {
  /** Number of jobs of the step. */
  readonly jobs: number;
}

/**
 * The requests of one step of an open loop, built before it starts, each text of a request once. Kinds follow the mix, questions
 * come from `queries`, and each upsert writes a revision that no other request of the run writes. The same step gives the
 * same requests.
 */
export function createStepRequests({ workload, step, corpus, queries, apiKeys, jobs: count }: StepRequestSettings): StepRequests {
  if (count < 1) {
    throw new RangeError(`a step of ${count} jobs has nothing to send`);
  }
  if (count > revisionsPerStep) {
    throw new RangeError(`a step of ${count} jobs may write more revisions than the ${revisionsPerStep} numbers of a step`);
  }
  const questions = queries.open(step.seed, String(step.order));
  const next = intentDrawer({
    workload,
    corpus,
    kinds: randomStream(step.seed, 'mix'),
    choices: randomStream(step.seed, 'upserts'),
    nextQuery: () => questions.next(),
    nextRevision: revisionNumbers(step.order),
  });
  const list = createRequestList(apiKeys, { sessions: false });
  const jobs = Array.from({ length: count }, next);
  const requestOf = jobs.map((intent) => list.positionOf(intent));
  return { requests: [...list.requests], requestOf, jobs };
}

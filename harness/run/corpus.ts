import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { schedule, scheduleWithProfile } from '../arrivals/index.ts';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import { type Arrivals, arrivalSettings } from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import type { LoadPlan, Plan, Step } from '../contract/plan.ts';
import type { Profile } from '../contract/scenario.ts';
import type { Workload } from '../contract/workload.ts';
import { createClosedLoopRequests } from '../corpus/closed-loop-requests.ts';
import { type CorpusDocument, createCorpus, tenantNames } from '../corpus/documents.ts';
import type { JobIntent } from '../corpus/job-intent.ts';
import { createQueries, type Queries } from '../corpus/queries.ts';
import { createStepRequests } from '../corpus/requests.ts';
import { createTraceQuestions, withRecordedAnswers } from '../corpus/trace-questions.ts';
import type { ApiKey } from '../platform/platform.ts';
import type { FillDocument } from './fill.ts';

/** Requests and what is sent when: a schedule, or the users of a closed loop. */
export type PreparedLoad = Pick<LoadPlan, 'requests' | 'requestOf' | 'offsetsUs' | 'closedLoop'>;

/** The documents, questions and requests of a run; the same for every variant. */
export interface RunCorpus {
  readonly tenants: readonly string[];
  readonly space: ReturnType<typeof createConceptSpace>;
  readonly corpusDocuments: readonly CorpusDocument[];
  /** As they are written. */
  readonly documents: readonly FillDocument[];
  /** What a variant is asked. */
  workloadOf(variant: string): Workload;
  /** Schedule and requests of a step; what each job asks is kept for the judge. */
  prepare(step: Step, apiKeys: readonly ApiKey[]): PreparedLoad;
  /** What a job of a prepared step asks; undefined for one that it does not have. */
  intentsOf(stepId: string): (job: number) => JobIntent | undefined;
}

/**
 * When the jobs of a step are due; a replay begins with the trace in every step. A pilot asks at least once. Throws a `Failure` (78) for any
 * other step in which nothing would be asked, and for a trace too short for it.
 */
export function stepSchedule(arrivals: Arrivals, step: Step, trace: Trace | undefined): number[] {
  const { seed, ratePerSecond, ramp, warmUpSeconds, steadySeconds } = step;
  if (ratePerSecond === undefined) {
    throw new Error(`step ${step.id} has no rate: a closed loop has no schedule`);
  }
  const window = { durationMs: (warmUpSeconds + steadySeconds) * 1000, seed, trace };
  const offsetsUs =
    ramp === undefined
      ? schedule(arrivals, { ...window, ratePerSecond })
      : scheduleWithProfile(arrivals, { ...window, profile: { shape: 'ramp', ...ramp } });
  if (offsetsUs.length > 0) {
    return offsetsUs;
  }
  if (step.phase === 'pilot') {
    return [0];
  }
  throw new Failure(
    'configuration',
    'empty_step',
    `step ${step.id} asks nothing: no arrival in ${warmUpSeconds + steadySeconds} s at ${ratePerSecond} per second`,
    { hint: 'raise its rate, make it longer, or take another --seed' },
  );
}

/**
 * Makes the schedule of every step whose rate is known once, so that one that cannot be driven is refused before anything starts. Throws as
 * `stepSchedule` does.
 */
export function checkSchedules(
  { steps }: Pick<Plan, 'steps'>,
  workloadOf: (variant: string) => Pick<Workload, 'arrivals'>,
  traceOf: (arrivals: Arrivals) => Trace | undefined,
): void {
  for (const step of steps.filter(({ ratePerSecond }) => ratePerSecond !== undefined)) {
    const { arrivals } = workloadOf(step.variant);
    stepSchedule(arrivals, step, traceOf(arrivals));
  }
}

export function corpusOf({
  workload,
  workloads,
  settings,
  seed,
  traceOf = () => undefined,
}: {
  readonly workload: Workload;
  /** Of the variants that are asked something else, by their ids. */
  readonly workloads?: ReadonlyMap<string, Workload>;
  readonly settings: Profile;
  readonly seed: number;
  /** What `trace` arrivals replay. */
  readonly traceOf?: (arrivals: Arrivals) => Trace | undefined;
}): RunCorpus {
  const tenants = tenantNames(workload.corpus.tenants);
  const space = createConceptSpace({ seed, concepts: workload.corpus.concepts, dimensions: settings.dimensions });
  const corpus = createCorpus(space, { seed, documents: settings.documents, tenants, chineseShare: workload.corpus.chineseShare });
  // One pool for all who ask alike, so that they ask the same popular questions.
  const pools = new Map<string, Queries>();
  const questionsOf = (asked: Workload, trace: Trace | undefined): Pick<Queries, 'open'> => {
    const { queries } = asked;
    if (trace !== undefined) {
      // Variants that are asked alike are asked the same words, whatever system answers them.
      const { chineseShare } = workload.corpus;
      return createTraceQuestions(space, { requests: trace.requests, tenants, chineseShare, label: JSON.stringify(asked) });
    }
    const key = JSON.stringify(queries);
    const pool = pools.get(key) ?? createQueries(space, { seed, tenants, ...queries, chineseShare: workload.corpus.chineseShare });
    pools.set(key, pool);
    return pool;
  };
  const queriesOf = (asked: Workload): Pick<Queries, 'open'> => {
    const settings = arrivalSettings(asked.arrivals);
    const replayed = asked.closedLoop === undefined && settings.process === 'trace' ? settings : undefined;
    const trace = replayed === undefined ? undefined : traceOf(asked.arrivals);
    const questions = questionsOf(asked, replayed?.questions === 'recorded' ? trace : undefined);
    return replayed?.answerLengths === 'recorded' && trace !== undefined ? withRecordedAnswers(questions, trace.requests) : questions;
  };
  const workloadOf = (variant: string) => workloads?.get(variant) ?? workload;
  const intents = new Map<string, (job: number) => JobIntent | undefined>();
  return {
    tenants,
    space,
    corpusDocuments: corpus.documents,
    documents: corpus.documents.map(({ tenant, docId, knowledgeBase, content, metadata }) => ({
      tenant,
      document: { doc_id: docId, knowledge_base: knowledgeBase, content, metadata },
    })),
    workloadOf,
    prepare(step, apiKeys) {
      const asked = workloadOf(step.variant);
      const writerKeys = new Map(apiKeys.filter(({ role }) => role === 'writer').map(({ tenant, key }) => [tenant, key]));
      const source = { workload: asked, step, corpus, queries: queriesOf(asked), apiKeys: writerKeys };
      if (asked.closedLoop !== undefined) {
        const { requests, closedLoop, intentOf } = createClosedLoopRequests({ ...source, tenants, closedLoop: asked.closedLoop });
        intents.set(step.id, intentOf);
        return { requests, requestOf: [], offsetsUs: [], closedLoop };
      }
      const offsetsUs = stepSchedule(asked.arrivals, step, traceOf(asked.arrivals));
      const { requests, requestOf, jobs } = createStepRequests({ ...source, jobs: offsetsUs.length });
      intents.set(step.id, (job) => jobs[job]);
      return { requests, requestOf, offsetsUs };
    },
    intentsOf: (stepId) => intents.get(stepId) ?? (() => undefined),
  };
}

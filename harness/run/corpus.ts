import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { schedule } from '../arrivals/index.ts';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import type { Arrivals } from '../contract/arrivals.ts';
import type { LoadPlan, Step } from '../contract/plan.ts';
import type { Profile } from '../contract/scenario.ts';
import type { Workload } from '../contract/workload.ts';
import { type CorpusDocument, createCorpus, tenantNames } from '../corpus/documents.ts';
import { createQueries } from '../corpus/queries.ts';
import { createStepRequests, type JobIntent } from '../corpus/requests.ts';
import type { ApiKey } from '../platform/platform.ts';
import type { FillDocument } from './fill.ts';

/** The documents, questions and requests of a run; the same for every variant. */
export interface RunCorpus {
  readonly tenants: readonly string[];
  readonly space: ReturnType<typeof createConceptSpace>;
  readonly corpusDocuments: readonly CorpusDocument[];
  /** As they are written. */
  readonly documents: readonly FillDocument[];
  /** Schedule and requests of a step; what each job asks is kept for the judge. */
  prepare(step: Step, apiKeys: readonly ApiKey[]): Pick<LoadPlan, 'requests' | 'requestOf' | 'offsetsUs'>;
  intentsOf(stepId: string): readonly JobIntent[];
}

/** When the jobs of a step are due; a replay begins with the trace in every step. */
export function stepSchedule(arrivals: Arrivals, step: Step, trace: Trace | undefined): number[] {
  const { seed, ratePerSecond, warmUpSeconds, steadySeconds } = step;
  return schedule(arrivals, { ratePerSecond, durationMs: (warmUpSeconds + steadySeconds) * 1000, seed, trace });
}

export function corpusOf({
  workload,
  settings,
  seed,
  trace,
}: {
  readonly workload: Workload;
  readonly settings: Profile;
  readonly seed: number;
  /** What `trace` arrivals replay. */
  readonly trace?: Trace | undefined;
}): RunCorpus {
  const tenants = tenantNames(workload.corpus.tenants);
  const space = createConceptSpace({ seed, concepts: workload.corpus.concepts, dimensions: settings.dimensions });
  const corpus = createCorpus(space, { seed, documents: settings.documents, tenants, chineseShare: workload.corpus.chineseShare });
  const queries = createQueries(space, { seed, tenants, ...workload.queries, chineseShare: workload.corpus.chineseShare });
  const intents = new Map<string, readonly JobIntent[]>();
  return {
    tenants,
    space,
    corpusDocuments: corpus.documents,
    documents: corpus.documents.map(({ tenant, docId, knowledgeBase, content, metadata }) => ({
      tenant,
      document: { doc_id: docId, knowledge_base: knowledgeBase, content, metadata },
    })),
    prepare(step, apiKeys) {
      const offsetsUs = stepSchedule(workload.arrivals, step, trace);
      const writerKeys = new Map(apiKeys.filter(({ role }) => role === 'writer').map(({ tenant, key }) => [tenant, key]));
      const { requests, requestOf, jobs } = createStepRequests({
        workload,
        step,
        corpus,
        queries,
        apiKeys: writerKeys,
        jobs: offsetsUs.length,
      });
      intents.set(step.id, jobs);
      return { requests, requestOf, offsetsUs };
    },
    intentsOf: (stepId) => intents.get(stepId) ?? [],
  };
}

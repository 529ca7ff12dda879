import type { Plan } from '../contract/plan.ts';
import type { Result } from '../contract/result.ts';
import type { Scenario } from '../contract/scenario.ts';

type Head = Pick<
  Result,
  | 'schemaVersion'
  | 'runId'
  | 'scenario'
  | 'title'
  | 'question'
  | 'hypothesis'
  | 'profile'
  | 'settings'
  | 'workload'
  | 'seed'
  | 'baseline'
  | 'status'
  | 'partialReason'
>;

/** What was asked and how, and whether the run came to its end; `partialReason` says why it did not. */
export function resultHead(scenario: Scenario, plan: Plan, partialReason: string | undefined): Head {
  return {
    schemaVersion: 1,
    runId: plan.runId,
    scenario: scenario.id,
    title: scenario.title,
    question: scenario.question,
    hypothesis: scenario.hypothesis,
    profile: plan.profile,
    settings: plan.settings,
    workload: scenario.workload,
    seed: plan.seed,
    baseline: scenario.baseline,
    ...(partialReason === undefined ? { status: 'complete' } : { status: 'partial', partialReason }),
  };
}

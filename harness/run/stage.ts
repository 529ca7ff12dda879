import type { Capacity } from '../contract/capacity.ts';
import type { OverloadResult } from '../contract/overload.ts';
import type { Plan } from '../contract/plan.ts';
import type { ChangeAudit } from '../contract/result.ts';
import type { Scenario, Variant } from '../contract/scenario.ts';
import type { Platform, RunningSystem } from '../platform/platform.ts';
import type { RunCorpus } from './corpus.ts';
import type { DrivenStep } from './drive.ts';
import type { eventLog } from './event-log.ts';
import type { Filled } from './fill.ts';
import type { Placement } from './points.ts';
import type { RunFolder } from './run-folder.ts';
import type { PilotWarmUp } from './warm-up.ts';

/** What happened so far to one variant; kept outside the run's scope so that a partial run can be judged. */
export interface VariantState {
  readonly variant: Variant;
  components: RunningSystem['components'];
  quotas: RunningSystem['quotas'];
  filled?: Filled & Placement;
  changeAudit?: ChangeAudit;
  /** What the pilot of its system showed. */
  pilot?: PilotWarmUp;
  capacity?: Capacity;
  readonly driven: DrivenStep[];
  /** Of a variant that is driven past its knee, which has no driven steps. */
  overload?: OverloadResult;
}

/** What every part of a run works with. */
export interface Stage {
  readonly scenario: Scenario;
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly corpus: RunCorpus;
  readonly states: ReadonlyMap<string, VariantState>;
  readonly emit: ReturnType<typeof eventLog>;
}

/** Shares of the progress bar at which its parts end. */
export const startShare = 0.08;
export const fillShare = 0.2;
export const stepsShare = 0.95;

/** Throws for a variant that the run does not have. */
export function stateOf({ states }: Pick<Stage, 'states'>, id: string): VariantState {
  const state = states.get(id);
  if (state === undefined) {
    throw new Error(`the plan names variant ${id}, which was not prepared`);
  }
  return state;
}

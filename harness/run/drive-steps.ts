import type { Second } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import type { Workload } from '../contract/workload.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { type DrivenStep, drive } from './drive.ts';
import { MachineWatch } from './machine-watch.ts';
import { plannedSeconds, repeatOf } from './plan.ts';
import { fillShare, type Stage, stateOf, stepsShare } from './stage.ts';
import type { Served } from './start-systems.ts';
import type { RunWarmUp } from './warm-up.ts';

/** How often an invalid judged step is repeated before the run gives up on it. */
const maximumRepeats = 3;

function loadOf({ ratePerSecond }: Step, { closedLoop }: Workload): string {
  return ratePerSecond === undefined ? `of ${closedLoop?.users ?? 0} users` : `at ${Number(ratePerSecond.toFixed(1))}/s`;
}

const phaseText: Record<Step['phase'], (step: Step, repetitions: number) => string> = {
  pilot: () => 'warm-up',
  judged: ({ repetition }, repetitions) => `repetition ${repetition} of ${repetitions}`,
  rung: () => 'ladder',
  overload: () => 'past the knee',
  probe: () => 'capacity probe',
};

export interface Driving {
  readonly served: readonly Served[];
  readonly generator: LoadGenerator;
  readonly onSecond: (step: Step, second: Second) => void;
  /** Learns from the pilots, and says how long every later step warms up. */
  readonly warmUp: RunWarmUp;
}

/** Executes the plan's steps, then repeats judged ones that came out invalid. */
export async function driveSteps(stage: Stage, { served, generator, onSecond, warmUp }: Driving): Promise<void> {
  const { folder, plan, corpus, signal, emit } = stage;
  const systems = new Map(served.flatMap(({ system, states }) => states.map(({ variant }) => [variant.id, system] as const)));
  const totalSeconds = plannedSeconds(plan.steps.filter(({ variant }) => systems.has(variant)));
  let doneSeconds = 0;
  let order = plan.steps.length;
  const execute = async (step: Step): Promise<DrivenStep> => {
    const system = systems.get(step.variant);
    if (system === undefined) {
      throw new Error(`step ${step.id} names a variant that is not running`);
    }
    const state = stateOf(stage, step.variant);
    const workload = corpus.workloadOf(step.variant);
    const what = phaseText[step.phase](step, plan.settings.repetitions);
    const progress = Math.min(stepsShare, fillShare + ((stepsShare - fillShare) * doneSeconds) / totalSeconds);
    emit({ type: 'step', variant: step.variant, step: step.id, message: `${step.variant}: ${what} ${loadOf(step, workload)}`, progress });
    const driven = await drive({
      step,
      system,
      generator,
      folder,
      workload,
      prepared: corpus.prepare(step, system.apiKeys),
      machine: new MachineWatch(stage.platform, plan.profile),
      signal,
      onSecond: (second) => onSecond(step, second),
      isSampled: step.phase === 'judged' && plan.settings.sampledHistory === true,
    });
    signal.throwIfAborted();
    state.driven.push(driven);
    doneSeconds += step.warmUpSeconds + step.steadySeconds;
    if (driven.validity.verdict === 'invalid' && step.phase !== 'pilot') {
      emit({
        type: 'invalid',
        variant: step.variant,
        step: step.id,
        message: `${step.id} is invalid: ${driven.validity.reasons.join(' ')}`,
      });
    }
    return driven;
  };
  const invalid: Step[] = [];
  for (const planned of plan.steps.filter(({ variant }) => systems.has(variant))) {
    const step = warmUp.frozen(planned, emit);
    const driven = await execute(step);
    if (step.phase === 'pilot') {
      const pilot = await warmUp.learn(driven);
      // Who shares the system finds it as warm.
      for (const state of served.find(({ states }) => states.some(({ variant }) => variant.id === step.variant))?.states ?? []) {
        state.pilot = pilot;
      }
    }
    if (step.phase === 'judged' && driven.validity.verdict === 'invalid') {
      invalid.push(step);
    }
  }
  for (const step of invalid) {
    for (let attempt = 1; attempt <= maximumRepeats; attempt += 1) {
      const { validity } = await execute(repeatOf(step, order, attempt));
      order += 1;
      if (validity.verdict === 'valid') {
        break;
      }
    }
  }
}

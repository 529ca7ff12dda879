import { schedule } from '../../arrivals/index.ts';
import type { Observation } from '../../contract/observation.ts';
import type { LoadPlan } from '../../contract/plan.ts';
import type { Arrivals } from '../../contract/workload.ts';
import { judgeStep } from '../../measurement/validity.ts';
import type { Generator } from '../generator.ts';
import { loadPlan, writePlan } from './load-plan.ts';

const attempts = 3;

export interface StepOptions {
  readonly generator: Generator;
  readonly port: number;
  readonly folder: string;
  readonly arrivals: Arrivals;
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly steadySeconds: number;
  readonly connections: number;
  readonly seed: number;
}

/**
 * Runs a step and repeats it only while its own verdict says INVALID, at most three times; never because of a result.
 * Throws with the reasons when the machine allowed no valid step.
 */
export async function runValidStep(options: StepOptions): Promise<{ observation: Observation; plan: LoadPlan }> {
  const { generator, port, folder, arrivals, ratePerSecond, warmUpSeconds, steadySeconds, connections, seed } = options;
  const reasons: string[] = [];
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const offsetsUs = schedule(arrivals, { ratePerSecond, durationMs: (warmUpSeconds + steadySeconds) * 1000, seed });
    const plan = loadPlan(
      port,
      folder,
      offsetsUs.map(() => 'search'),
      {
        offsetsUs,
        connections,
        warmUpMs: warmUpSeconds * 1000,
        steadyMs: steadySeconds * 1000,
        stepId: `attempt-${attempt}`,
        deadlineMs: 5000,
      },
    );
    const observation = await generator.run(writePlan(plan, folder));
    const step = {
      id: plan.stepId,
      order: 0,
      variant: 'fixture',
      phase: 'judged',
      repetition: 1,
      ratePerSecond,
      warmUpSeconds,
      steadySeconds,
      seed,
    } as const;
    const validity = judgeStep(observation, step, arrivals);
    if (validity.verdict === 'valid') {
      return { observation, plan };
    }
    reasons.push(`attempt ${attempt}: ${validity.reasons.join(' ')}`);
  }
  throw new Error(`this machine allowed no valid step:\n${reasons.join('\n')}`);
}

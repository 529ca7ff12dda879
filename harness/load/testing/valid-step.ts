import { schedule } from '../../arrivals/index.ts';
import type { Arrivals } from '../../contract/arrivals.ts';
import type { Observation } from '../../contract/observation.ts';
import type { LoadPlan } from '../../contract/plan.ts';
import { judgeStep, type StepValidity, withholdsP999 } from '../../measurement/validity.ts';
import type { Generator } from '../generator.ts';
import { loadPlan, writePlan } from './load-plan.ts';
import { percentileOf, type StallingServer, type Truth } from './start-stalling-server.ts';

/** A busy machine disturbs several windows in a row; what it never disturbs is the judgement of an undisturbed one. */
const attempts = 10;
/** For the tests that run steps of at most 13 s. */
export const validStepTimeoutMs = 180_000;
/**
 * The machine's share of a figure must be small against what a test shows to a twentieth: beyond these the generator or the
 * server was not given the CPU in time. They are known before any result is looked at.
 */
const lagP99LimitMs = 5;
const serverLatenessP99LimitMs = 5;

export interface StepOptions {
  readonly generator: Generator;
  readonly server: StallingServer;
  readonly folder: string;
  readonly arrivals: Arrivals;
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly steadySeconds: number;
  readonly connections: number;
  readonly seed: number;
  /** Whether the test looks at the p99.9, which a step may have to withhold. */
  readonly needsP999?: boolean;
}

export interface ValidStep {
  readonly observation: Observation;
  readonly plan: LoadPlan;
  readonly truth: Truth;
}

function disturbances({ reasons, checks }: StepValidity, truth: Truth, needsP999: boolean): string[] {
  const lagMs = checks.find(({ id }) => id === 'lag-p99')?.observed ?? Number.POSITIVE_INFINITY;
  const latenessMs = percentileOf(truth.timerLatenessMs, 99);
  return [
    ...reasons,
    ...(needsP999 && withholdsP999(checks) ? ['The p99.9 is withheld.'] : []),
    ...(lagMs <= lagP99LimitMs ? [] : [`The lag p99 was ${lagMs} ms, the limit is ${lagP99LimitMs} ms.`]),
    ...(latenessMs <= serverLatenessP99LimitMs
      ? []
      : [`Timers of the server were late: p99 ${latenessMs.toFixed(1)} ms, the limit is ${serverLatenessP99LimitMs} ms.`]),
  ];
}

/**
 * Runs a step and repeats it only while it is INVALID or the machine disturbed it, a few times at most; never because of a
 * result. Throws with the reasons when the machine allowed no valid step.
 */
export async function runValidStep(options: StepOptions): Promise<ValidStep> {
  const { generator, server, folder, arrivals, ratePerSecond, warmUpSeconds, steadySeconds, connections, seed } = options;
  const offsetsUs = schedule(arrivals, { ratePerSecond, durationMs: (warmUpSeconds + steadySeconds) * 1000, seed });
  const reasons: string[] = [];
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const stepId = `attempt-${attempt}`;
    const paths = offsetsUs.map(() => 'search');
    const windows = { warmUpMs: warmUpSeconds * 1000, steadyMs: steadySeconds * 1000 };
    const plan = loadPlan(server.port, folder, paths, { offsetsUs, connections, stepId, deadlineMs: 5000, ...windows });
    await server.take();
    const observation = await generator.run(writePlan(plan, folder));
    const truth = await server.take();
    const identity = { id: stepId, order: 0, variant: 'fixture', phase: 'judged', repetition: 1 } as const;
    const validity = judgeStep(observation, { ...identity, ratePerSecond, warmUpSeconds, steadySeconds, seed }, arrivals);
    const disturbed = disturbances(validity, truth, options.needsP999 ?? false);
    if (disturbed.length === 0) {
      return { observation, plan, truth };
    }
    reasons.push(`${stepId}: ${disturbed.join(' ')}`);
  }
  throw new Error(`this machine allowed no valid step:\n${reasons.join('\n')}`);
}

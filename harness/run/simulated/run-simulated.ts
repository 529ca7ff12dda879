import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scalingRuleSchema } from '../../autoscaling/index.ts';
import type { ProfileId } from '../../contract/common.ts';
import type { RunEvent } from '../../contract/event.ts';
import { Failure } from '../../contract/failure.ts';
import { parseOrFail } from '../../contract/parse.ts';
import { resultSchema } from '../../contract/result.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { simulateVariant } from '../../simulation/variant/simulate-variant.ts';
import { readClaims } from '../claims-file.ts';
import { partialReasonOf } from '../cut-short.ts';
import { eventLog } from '../event-log.ts';
import { provenanceOf } from '../provenance.ts';
import { resultText } from '../result-text.ts';
import type { RunOutcome } from '../run.ts';
import { createEmptyFolder } from '../run-folder.ts';
import { readTraces } from '../trace-file.ts';
import { assembleSimulated, type SimulatedFindings } from './assemble-simulated.ts';
import { type Replication, replicationOf } from './replication.ts';
import { type ChosenVariant, simulatedPlan, simulatedVariantsOf } from './simulated-plan.ts';

export interface SimulatedRunRequest {
  /** All of its variants are simulated. */
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly seed: number;
  readonly runId: string;
  /** Ids of the variants to simulate, in the scenario's order. */
  readonly variants: readonly string[];
  /** What `--platform` asked for. */
  readonly requested: 'auto' | 'simulated';
  readonly outputDirectory: string;
  /** The command that reproduces this run. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** A line of progress is worth so much time. */
const progressMs = 2_000;

/** A rule that makes no sense is refused before anything is written, and not after ten minutes. */
function refuseBrokenRules(chosen: readonly ChosenVariant[]): void {
  for (const { id, simulated } of chosen) {
    if (simulated.controller.by === 'rule') {
      parseOrFail(scalingRuleSchema, simulated.controller.settings, `the scaling rule of variant "${id}"`);
    }
  }
}

/**
 * Runs a scenario in virtual time: plan, replications, judgements, `result.json` in a folder of its own. Nothing is started, so that
 * nothing has to be stopped. Ctrl-C ends it after the replication that is going on, and what was simulated by then is judged and
 * written, marked partial. Rejects with a `Failure` when a rule or trace makes no sense, the goal
 * is out of reach of the first variant, or the output folder cannot be used.
 */
export async function runSimulated({
  scenario,
  profile,
  seed,
  runId,
  variants,
  requested,
  outputDirectory,
  command,
  signal,
  onEvent,
}: SimulatedRunRequest): Promise<RunOutcome> {
  const startedAt = new Date();
  const claims = await readClaims();
  const chosen = simulatedVariantsOf(scenario, variants);
  refuseBrokenRules(chosen);
  const plan = simulatedPlan({ scenario, profile, seed, runId, variants });
  const traceOf = await readTraces(chosen.map(({ simulated }) => simulated.load));
  const root = await createEmptyFolder(outputDirectory);
  const emit = eventLog({ root }, onEvent);
  await writeFile(path.join(root, 'plan.json'), JSON.stringify(plan, null, 2));
  emit({ type: 'run', message: `run ${runId}, seed ${seed}, simulated in virtual time`, progress: 0 });

  const { repetitions } = plan.settings;
  const findings: SimulatedFindings[] = [];
  let failure: Error | undefined;
  let toldAtMs = performance.now();
  try {
    for (const [place, variant] of chosen.entries()) {
      signal.throwIfAborted();
      const { id, simulated } = variant;
      const replications: Replication[] = [];
      const tell = (done: number) => {
        toldAtMs = performance.now();
        emit({
          type: 'step',
          variant: id,
          message: `${id}: replication ${done + 1} of ${repetitions}`,
          progress: (place + done / repetitions) / chosen.length,
        });
      };
      tell(0);
      const result = await simulateVariant(simulated, {
        seed,
        replications: repetitions,
        trace: traceOf(simulated.load.arrivals),
        signal,
        onReplication(done, run) {
          replications.push(
            replicationOf(run, { variant: id, order: place * repetitions + done - 1, repetition: done, seconds: simulated.seconds }),
          );
          if (done < repetitions && performance.now() - toldAtMs >= progressMs) {
            tell(done);
          }
        },
      });
      findings.push({ variant, result, replications });
    }
  } catch (error) {
    if (!signal.aborted) {
      failure = error instanceof Error ? error : new Error(JSON.stringify(error));
      emit({ type: 'trouble', message: failure.message });
    }
  }
  if (failure instanceof Failure && findings.length === 0) {
    // What the user has to mend before anything can be simulated is no finding.
    throw failure;
  }
  emit({ type: 'judge', message: 'judging' });
  const result = resultSchema.parse(
    assembleSimulated({
      scenario,
      plan,
      requested,
      findings,
      partialReason: partialReasonOf(signal, failure),
      provenance: await provenanceOf({ startedAt, configuration: { scenario, profile, seed, variants }, command }),
      claims,
    }),
  );
  await writeFile(path.join(root, 'result.json'), resultText(result));
  emit({ type: 'report', message: 'result.json written', progress: 1 });
  return { result, ...(failure === undefined ? {} : { failure }) };
}

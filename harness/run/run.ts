import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProfileId } from '../contract/common.ts';
import { workloadOf } from '../contract/effective-workload.ts';
import type { RunEvent } from '../contract/event.ts';
import { Failure } from '../contract/failure.ts';
import type { Second } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import { type Result, resultSchema } from '../contract/result.ts';
import type { Profile, Scenario } from '../contract/scenario.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { startGenerators } from '../load/worker-group.ts';
import type { Platform } from '../platform/platform.ts';
import { assembleResult, countedSteps, type VariantFindings } from './assemble.ts';
import { searchCapacities } from './capacity-phase.ts';
import { auditChanges, isAudited } from './change-audit.ts';
import { readClaims } from './claims-file.ts';
import { checkSchedules, corpusOf } from './corpus.ts';
import { partialReasonOf } from './cut-short.ts';
import { driveSteps } from './drive-steps.ts';
import { eventLog } from './event-log.ts';
import { judgeVariant } from './judge-variant.ts';
import { driveOverload } from './overload.ts';
import { planOf } from './plan.ts';
import { provenanceOf } from './provenance.ts';
import { resultText } from './result-text.ts';
import { ringBalance } from './ring-balance.ts';
import { createRunFolder } from './run-folder.ts';
import { type Stage, stepsShare, type VariantState } from './stage.ts';
import { fillSystems, type Served, shareOf, startSystems } from './start-systems.ts';
import { readTraces, replayDescriptions } from './trace-file.ts';
import { RunWarmUp } from './warm-up.ts';
import { writeHistograms } from './write-histograms.ts';

export interface RunRequest {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly seed: number;
  /** Instead of what the pilots would show; at least that of the profile. */
  readonly warmUpSeconds?: number;
  /** Generator processes; one where absent. */
  readonly workers?: number;
  readonly runId: string;
  /** Ids of the variants to measure, in the scenario's order. */
  readonly variants: readonly string[];
  readonly platform: { readonly description: Result['platform']; create(): Platform };
  readonly leftOut: NonNullable<Result['leftOut']>;
  readonly outputDirectory: string;
  /** The command that reproduces this run; the warm-up of the judged steps is added to it, because schedules depend on it. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onSecond: (step: Step, second: Second) => void;
}

export interface RunOutcome {
  readonly result: Result;
  /** What cut the run short, other than the signal. */
  readonly failure?: Error;
}

/** Changes documents by id where a claim asks what becomes of them; nothing is measured after this. */
async function auditSystems(stage: Stage, served: readonly Served[]): Promise<void> {
  const { corpus, signal, emit } = stage;
  for (const { system, states } of served) {
    // The changes are made once, whoever shares the system.
    const [state] = states;
    if (state !== undefined && isAudited(state.variant.topology)) {
      const { id } = state.variant;
      emit({ type: 'step', variant: id, message: `${id}: changing documents by id and reading every shard`, progress: stepsShare });
      state.changeAudit = await Promise.race([
        system.failed,
        auditChanges({ system, documents: shareOf(corpus.documents, state.variant), signal }),
      ]);
    }
  }
}

/** Everything that is judged, in systems that run side by side. */
async function executeJudged(stage: Stage, warmUp: RunWarmUp, generator: LoadGenerator, onSecond: RunRequest['onSecond']): Promise<void> {
  const states = [...stage.states.values()].filter(({ variant }) => variant.overload === undefined);
  // Disposed in reverse order, whatever happens: systems, platform.
  await using stack = new AsyncDisposableStack();
  const served = await startSystems(stage, states, stack);
  await fillSystems(stage, served);
  const driving = { served, generator, onSecond, warmUp };
  await driveSteps(stage, driving);
  await searchCapacities(stage, driving);
  await auditSystems(stage, served);
}

interface Execution {
  readonly warmUp: RunWarmUp;
  readonly onSecond: RunRequest['onSecond'];
  readonly onGenerator: (generator: NonNullable<Result['provenance']['generator']>) => void;
}

async function execute(stage: Stage, { warmUp, onSecond, onGenerator }: Execution): Promise<void> {
  const { plan, folder, states, emit } = stage;
  emit({ type: 'start', message: `starting ${plan.variants.join(' and ')}`, progress: 0 });
  await using generator = await startGenerators({
    runId: plan.runId,
    logFile: path.join(folder.logs, 'generator.log'),
    workers: plan.workers,
  });
  onGenerator({ processes: generator.pids.length, realTimeScheduling: generator.realTimeScheduling });
  emit({
    type: 'start',
    message: `${generator.pids.length === 1 ? 'generator' : `${generator.pids.length} generator processes`} ready, ${generator.realTimeScheduling ? 'real-time' : 'ordinary'} scheduling`,
  });
  await executeJudged(stage, warmUp, generator, onSecond);
  // One after the other and alone on the machine: each is to use up what there is.
  for (const state of states.values()) {
    if (state.variant.overload !== undefined) {
      state.overload = await driveOverload(stage, state, { generator, onSecond });
    }
  }
  emit({ type: 'stop', message: 'stopping', progress: stepsShare });
}

/** How long a run warms up: as long as was asked, which the profile bounds from below, or as its pilots show. */
function warmUpFor({ warmUpSeconds }: Pick<RunRequest, 'warmUpSeconds'>, settings: Profile): RunWarmUp {
  if (warmUpSeconds === undefined) {
    return new RunWarmUp(settings);
  }
  if (warmUpSeconds < settings.warmUpSeconds) {
    throw new Failure('usage', 'warm_up_too_short', `a warm-up of ${warmUpSeconds} s is shorter than that of the profile`, {
      hint: `at least ${settings.warmUpSeconds} s`,
    });
  }
  return new RunWarmUp({ warmUpSeconds, longestWarmUpSeconds: warmUpSeconds });
}

/** The command with the warm-up of the run, where the profile alone does not say it. */
function reproduced(command: string, { frozenSeconds }: RunWarmUp, settings: Profile): string {
  return frozenSeconds === undefined || frozenSeconds === settings.warmUpSeconds ? command : `${command} --warm-up ${frozenSeconds}`;
}

/**
 * Runs a scenario: plan, start, fill, drive, stop, judge, `result.json`. Whatever cuts it short, everything that was
 * started is stopped and what was measured is judged and written, marked partial. Rejects only when the output folder
 * cannot be used.
 */
export async function runScenario(request: RunRequest): Promise<RunOutcome> {
  const { scenario, profile, seed, workers = 1, runId, signal } = request;
  const startedAt = new Date();
  // Read before anything is started: a broken registry or trace must not cost a run.
  const claims = await readClaims();
  const plan = planOf({ scenario, profile, seed, runId, variants: request.variants, workers });
  const workloads = new Map(scenario.variants.map((variant) => [variant.id, workloadOf(scenario.workload, variant, plan.settings)]));
  const asked = (variant: string) => workloads.get(variant) ?? scenario.workload;
  const traceOf = await readTraces(plan.variants.map(asked));
  checkSchedules(plan, asked, traceOf);
  const replays = replayDescriptions(plan, asked, traceOf);
  const warmUp = warmUpFor(request, plan.settings);
  const folder = await createRunFolder(request.outputDirectory);
  const emit = eventLog(folder, request.onEvent);
  await writeFile(path.join(folder.root, 'plan.json'), JSON.stringify(plan, null, 2));
  emit({ type: 'run', message: `run ${runId}, seed ${seed}`, progress: 0 });
  for (const message of replays) {
    emit({ type: 'run', message });
  }
  const states = new Map(
    scenario.variants
      .filter(({ id }) => request.variants.includes(id))
      .map((variant): [string, VariantState] => [variant.id, { variant, components: [], quotas: {}, driven: [] }]),
  );
  const corpus = corpusOf({ workload: scenario.workload, workloads, settings: plan.settings, seed, traceOf });
  let failure: Error | undefined;
  let made: Result['provenance']['generator'];
  const execution: Execution = {
    warmUp,
    onSecond: request.onSecond,
    onGenerator(generator) {
      made = generator;
    },
  };
  try {
    await execute({ scenario, platform: request.platform.create(), signal, folder, plan, corpus, states, emit }, execution);
  } catch (error) {
    if (!signal.aborted) {
      failure = error instanceof Error ? error : new Error(JSON.stringify(error));
      emit({ type: 'trouble', message: failure.message });
    }
  }
  emit({ type: 'judge', message: 'judging answers against the exact ground truth', progress: stepsShare });
  const findings: VariantFindings[] = [];
  const overloads = [...states.values()].filter(({ variant }) => variant.overload !== undefined);
  for (const { variant, components, quotas, filled, driven, changeAudit, pilot, capacity } of states.values()) {
    if (variant.overload !== undefined) {
      continue;
    }
    const judged = await judgeVariant({
      corpus,
      fillSequences: filled?.sequences ?? [],
      driven,
      settings: plan.settings,
      limits: scenario.ladderLimits,
      topology: variant.topology,
    });
    findings.push({
      variant,
      components,
      quotas,
      filled: filled === undefined ? undefined : { ...filled, documents: shareOf(corpus.documents, variant).length },
      changeAudit,
      pilot,
      capacity,
      trace: traceOf(asked(variant.id).arrivals),
      ...judged,
    });
  }
  await writeHistograms(
    folder,
    findings.map((finding) => ({ variant: finding.variant.id, counted: countedSteps(finding).map(({ driven }) => driven) })),
  );
  const result = resultSchema.parse(
    assembleResult({
      scenario,
      plan,
      platform: request.platform.description,
      leftOut: request.leftOut,
      findings,
      overloads,
      claims,
      ringBalance: ringBalance(scenario, corpus.documents),
      partialReason: partialReasonOf(signal, failure),
      provenance: await provenanceOf({
        startedAt,
        configuration: { scenario, profile, seed, variants: request.variants, ...(workers === 1 ? {} : { workers }) },
        command: reproduced(request.command, warmUp, plan.settings),
        ...(made === undefined ? {} : { generator: made }),
      }),
    }),
  );
  await writeFile(path.join(folder.root, 'result.json'), resultText(result));
  emit({ type: 'report', message: 'result.json written', progress: 1 });
  return { result, ...(failure === undefined ? {} : { failure }) };
}

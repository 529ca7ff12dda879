import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProfileId } from '../contract/common.ts';
import type { RunEvent } from '../contract/event.ts';
import type { Second } from '../contract/observation.ts';
import type { Plan, Step } from '../contract/plan.ts';
import { type ChangeAudit, type Result, resultSchema } from '../contract/result.ts';
import type { Scenario, Variant } from '../contract/scenario.ts';
import { startGenerator } from '../load/generator.ts';
import type { Platform, RunningSystem } from '../platform/platform.ts';
import { assembleResult, countedSteps, type VariantFindings } from './assemble.ts';
import { auditChanges, isAudited } from './change-audit.ts';
import { readClaims } from './claims-file.ts';
import { corpusOf, type RunCorpus } from './corpus.ts';
import { type DrivenStep, drive } from './drive.ts';
import { eventLog } from './event-log.ts';
import { type Filled, fill } from './fill.ts';
import { judgeVariant } from './judge-variant.ts';
import { plannedSeconds, planOf, repeatOf } from './plan.ts';
import { type Placement, placementOf } from './points.ts';
import { provenanceOf } from './provenance.ts';
import { ringBalance } from './ring-balance.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { settle } from './settle.ts';
import { readTrace, replayDescription } from './trace-file.ts';
import { writeHistograms } from './write-histograms.ts';

export interface RunRequest {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly seed: number;
  readonly runId: string;
  /** Ids of the variants to measure, in the scenario's order. */
  readonly variants: readonly string[];
  readonly platform: { readonly description: Result['platform']; create(): Platform };
  readonly leftOut: NonNullable<Result['leftOut']>;
  readonly outputDirectory: string;
  /** The command that reproduces this run. */
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

/** How often an invalid judged step is repeated before the run gives up on it. */
const maximumRepeats = 3;
/** Shares of the progress bar. */
const startShare = 0.08;
const fillShare = 0.2;
const stepsShare = 0.95;

/** What happened so far to one variant; kept outside the run's scope so that a partial run can be judged. */
interface VariantState {
  readonly variant: Variant;
  components: RunningSystem['components'];
  quotas: RunningSystem['quotas'];
  filled?: Filled & Placement;
  changeAudit?: ChangeAudit;
  readonly driven: DrivenStep[];
}

type Emit = ReturnType<typeof eventLog>;

interface Stage {
  readonly request: RunRequest;
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly corpus: RunCorpus;
  readonly states: ReadonlyMap<string, VariantState>;
  readonly emit: Emit;
}

function stateOf(states: Stage['states'], id: string): VariantState {
  const state = states.get(id);
  if (state === undefined) {
    throw new Error(`the plan names variant ${id}, which was not prepared`);
  }
  return state;
}

/** Starts all variants side by side. When one fails, those that started are stopped before this rejects. */
async function startSystems(
  { request, folder, plan, corpus, states, emit }: Stage,
  stack: AsyncDisposableStack,
): Promise<Map<string, RunningSystem>> {
  const platform = request.platform.create();
  const oneFailed = new AbortController();
  const starting = [...states.values()].map(async (state) => {
    const system = await platform.start({
      runId: plan.runId,
      runDirectory: folder.root,
      variant: state.variant.id,
      topology: state.variant.topology,
      dimensions: plan.settings.dimensions,
      conceptCount: request.scenario.workload.corpus.concepts,
      conceptSeed: plan.seed,
      tenants: corpus.tenants,
      signal: AbortSignal.any([request.signal, oneFailed.signal]),
      onEvent: (message) => emit({ type: 'start', variant: state.variant.id, message }),
    });
    stack.use(system);
    state.components = system.components;
    state.quotas = system.quotas;
    return [state.variant.id, system] as const;
  });
  try {
    return new Map(await Promise.all(starting));
  } catch (error) {
    // The others would go on starting for up to their time limit; the first failure is the one to report.
    oneFailed.abort(error);
    await Promise.allSettled(starting);
    throw error;
  }
}

/** The documents of a variant: the first of the corpus, as many as its share of them. */
function shareOf<T>(documents: readonly T[], { documentsShare = 1 }: Pick<Variant, 'documentsShare'>): readonly T[] {
  return documents.slice(0, Math.max(1, Math.round(documents.length * documentsShare)));
}

/** Fills one variant after the other, so that neither disturbs the other's fill rate. */
async function fillSystems({ request, corpus, states, emit }: Stage, systems: ReadonlyMap<string, RunningSystem>): Promise<void> {
  let done = 0;
  for (const [id, system] of systems) {
    const state = stateOf(states, id);
    const documents = shareOf(corpus.documents, state.variant);
    emit({
      type: 'fill',
      variant: id,
      message: `${id}: writing ${documents.length} documents`,
      progress: startShare + ((fillShare - startShare) * done) / systems.size,
    });
    const filled = await Promise.race([system.failed, fill({ system, documents, signal: request.signal })]);
    const indexedSeconds = await Promise.race([system.failed, settle(system, request.signal)]);
    emit({ type: 'fill', variant: id, message: `${id}: every vector is indexed, ${indexedSeconds.toFixed(1)} s after the last write` });
    state.filled = { ...filled, ...(await placementOf(system, state.variant.topology, request.signal)) };
    done += 1;
  }
}

/** Executes the plan's steps, then repeats judged ones that came out invalid. */
async function driveSteps(stage: Stage, systems: ReadonlyMap<string, RunningSystem>, stack: AsyncDisposableStack): Promise<void> {
  const { request, folder, plan, corpus, states, emit } = stage;
  const generator = stack.use(await startGenerator({ runId: plan.runId, logFile: path.join(folder.logs, 'generator.log') }));
  emit({
    type: 'start',
    message: `generator ready, ${generator.realTimeScheduling ? 'real-time scheduling' : 'ordinary scheduling: real-time is not permitted'}`,
  });
  const totalSeconds = plannedSeconds(plan.steps);
  let doneSeconds = 0;
  let order = plan.steps.length;
  const execute = async (step: Step): Promise<DrivenStep> => {
    const system = systems.get(step.variant);
    if (system === undefined) {
      throw new Error(`step ${step.id} names a variant that is not running`);
    }
    const state = stateOf(states, step.variant);
    const progress = Math.min(stepsShare, fillShare + ((stepsShare - fillShare) * doneSeconds) / totalSeconds);
    const what =
      step.phase === 'judged'
        ? `repetition ${step.repetition} of ${plan.settings.repetitions}`
        : step.phase === 'rung'
          ? 'ladder'
          : 'warm-up';
    emit({ type: 'step', variant: step.variant, step: step.id, message: `${step.variant}: ${what} at ${step.ratePerSecond}/s`, progress });
    const driven = await drive({
      step,
      system,
      generator,
      folder,
      workload: request.scenario.workload,
      prepared: corpus.prepare(step, system.apiKeys),
      signal: request.signal,
      onSecond: (second) => request.onSecond(step, second),
    });
    request.signal.throwIfAborted();
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
  for (const step of plan.steps) {
    const { validity } = await execute(step);
    if (step.phase === 'judged' && validity.verdict === 'invalid') {
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

/** Changes documents by id where a claim asks what becomes of them; nothing is measured after this. */
async function auditSystems({ request, corpus, states, emit }: Stage, systems: ReadonlyMap<string, RunningSystem>): Promise<void> {
  for (const [id, system] of systems) {
    const state = stateOf(states, id);
    if (isAudited(state.variant.topology)) {
      emit({ type: 'step', variant: id, message: `${id}: changing documents by id and reading every shard`, progress: stepsShare });
      state.changeAudit = await Promise.race([
        system.failed,
        auditChanges({ system, documents: shareOf(corpus.documents, state.variant), signal: request.signal }),
      ]);
    }
  }
}

async function execute(stage: Stage): Promise<void> {
  const { emit } = stage;
  // Disposed in reverse order, whatever happens: generator, systems, platform.
  await using stack = new AsyncDisposableStack();
  emit({ type: 'start', message: `starting ${stage.plan.variants.join(' and ')}`, progress: 0 });
  const systems = await startSystems(stage, stack);
  await fillSystems(stage, systems);
  await driveSteps(stage, systems, stack);
  await auditSystems(stage, systems);
  emit({ type: 'stop', message: 'stopping', progress: stepsShare });
}

function partialReasonOf(signal: AbortSignal, failure: Error | undefined): string | undefined {
  if (signal.aborted) {
    return signal.reason instanceof Error ? signal.reason.message : 'interrupted';
  }
  return failure?.message;
}

/**
 * Runs a scenario: plan, start, fill, drive, stop, judge, `result.json`. Whatever cuts it short, everything that was
 * started is stopped and what was measured is judged and written, marked partial. Rejects only when the output folder
 * cannot be used.
 */
export async function runScenario(request: RunRequest): Promise<RunOutcome> {
  const { scenario, profile, seed, runId, signal } = request;
  const startedAt = new Date();
  // Read before anything is started: a broken registry or trace must not cost a run.
  const claims = await readClaims();
  const trace = await readTrace(scenario.workload.arrivals);
  const plan = planOf({ scenario, profile, seed, runId, variants: request.variants });
  const replay = trace === undefined ? undefined : replayDescription(scenario.workload.arrivals, trace, plan);
  const folder = await createRunFolder(request.outputDirectory);
  const emit = eventLog(folder, request.onEvent);
  await writeFile(path.join(folder.root, 'plan.json'), JSON.stringify(plan, null, 2));
  emit({ type: 'run', message: `run ${runId}, seed ${seed}`, progress: 0 });
  if (replay !== undefined) {
    emit({ type: 'run', message: replay });
  }
  const states = new Map(
    scenario.variants
      .filter(({ id }) => request.variants.includes(id))
      .map((variant): [string, VariantState] => [variant.id, { variant, components: [], quotas: {}, driven: [] }]),
  );
  const corpus = corpusOf({ workload: scenario.workload, settings: plan.settings, seed, trace });
  let failure: Error | undefined;
  try {
    await execute({ request, folder, plan, corpus, states, emit });
  } catch (error) {
    if (!signal.aborted) {
      failure = error instanceof Error ? error : new Error(JSON.stringify(error));
      emit({ type: 'trouble', message: failure.message });
    }
  }
  emit({ type: 'judge', message: 'judging answers against the exact ground truth', progress: stepsShare });
  const findings: VariantFindings[] = [];
  for (const { variant, components, quotas, filled, driven, changeAudit } of states.values()) {
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
      claims,
      ringBalance: ringBalance(scenario, corpus.documents),
      partialReason: partialReasonOf(signal, failure),
      provenance: await provenanceOf({
        startedAt,
        configuration: { scenario, profile, seed, variants: request.variants },
        command: request.command,
      }),
    }),
  );
  await writeFile(path.join(folder.root, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  emit({ type: 'report', message: 'result.json written', progress: 1 });
  return { result, ...(failure === undefined ? {} : { failure }) };
}

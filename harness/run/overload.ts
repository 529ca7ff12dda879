import { cpus } from 'node:os';
import type { OverloadResult, OverloadSecond } from '../contract/overload.ts';
import { vectorNodeCount } from '../contract/topology.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { distributionOf } from '../measurement/order-statistic.ts';
import { EndedPart } from '../platform/ended-part.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { type DrivenStep, drive } from './drive.ts';
import type { Driving } from './drive-steps.ts';
import { firstLimit } from './first-limit.ts';
import { type Outcome, readHistory } from './history.ts';
import { MachineWatch } from './machine-watch.ts';
import { type Stage, stepsShare, type VariantState } from './stage.ts';
import { fillSystems, startSystems } from './start-systems.ts';

/** What a query process opens to one vector node where the topology says nothing. */
const usualVectorConnections = 256;
/** How an error says that the provider let no more through. */
const providerRefusal = /provider answered .{0,60} with (429|529)\b/;

/** The rate that the ramp asks for in the middle of a second. */
function rateAt({ fromPerSecond, toPerSecond, seconds }: OverloadResult['ramp'], second: number): number {
  return fromPerSecond + ((toPerSecond - fromPerSecond) * Math.min(second + 0.5, seconds)) / seconds;
}

/** Every second of a ramp, by intended start. */
export function overloadSeconds(history: readonly Outcome[], ramp: OverloadResult['ramp']): OverloadSecond[] {
  const due = Map.groupBy(history, ({ intendedUs }) => Math.floor(intendedUs / 1_000_000));
  return Array.from({ length: Math.ceil(ramp.seconds) }, (_, second): OverloadSecond => {
    const outcomes = due.get(second) ?? [];
    const ok = outcomes.filter(({ type }) => type === 'ok');
    const lost = outcomes.filter(({ type }) => type !== 'ok');
    // Probes answer whatever happens to the questions.
    const spansMs = ok.filter(({ kind }) => kind !== 'health').map(({ intendedUs, doneUs = intendedUs }) => (doneUs - intendedUs) / 1000);
    const failuresUs = lost.flatMap(({ doneUs }) => doneUs ?? []);
    const spans = spansMs.length === 0 ? undefined : distributionOf(spansMs);
    return {
      second,
      ratePerSecond: rateAt(ramp, second),
      arrivals: outcomes.length,
      succeeded: ok.length,
      failed: Object.fromEntries(
        [...Map.groupBy(lost, ({ errorClass = 'unfinished' }) => errorClass)].map(([errorClass, all]) => [errorClass, all.length]),
      ),
      ...(failuresUs.length === 0 ? {} : { firstFailureSecond: Math.min(...failuresUs) / 1_000_000 }),
      refusedByProvider: lost.filter(({ body = '' }) => providerRefusal.test(body)).length,
      ...(spans === undefined ? {} : { responseMs: { mean: spans.mean, p50: spans.percentile(50), p95: spans.percentile(95) } }),
    };
  });
}

type Ended = OverloadResult['ended'][number];

/** Notes when a part of a system ends; the first is all that a system tells. */
function watchEnd(system: RunningSystem): { start(): void; readonly ended: readonly Ended[] } {
  let startMs: number | undefined;
  const ended: Ended[] = [];
  system.failed.catch((failure: unknown) => {
    if (startMs === undefined) {
      return;
    }
    const [how = 'ended'] = (failure instanceof Error ? failure.message : String(failure)).split('\n');
    const known = failure instanceof EndedPart ? failure : { part: 'unknown', outOfMemory: false };
    ended.push({ part: known.part, outOfMemory: known.outOfMemory, atSecond: (performance.now() - startMs) / 1000, how });
  });
  return {
    start: () => {
      startMs = performance.now();
    },
    ended,
  };
}

async function resultOf(
  { corpus }: Stage,
  { variant, quotas }: VariantState,
  driven: DrivenStep,
  ended: readonly Ended[],
): Promise<OverloadResult> {
  const { overload } = variant;
  if (overload === undefined) {
    throw new Error(`variant ${variant.id} is no overload`);
  }
  const { planted, ...ramp } = overload;
  const seconds = overloadSeconds(await readHistory(driven.operationsFile), ramp);
  const { vectorConnections = usualVectorConnections, heapMiB } = variant.topology.query;
  const { first, signs } = firstLimit({
    seconds,
    servers: driven.serverSeries,
    ended: [...ended],
    ...(heapMiB === undefined ? {} : { heapBytes: heapMiB * 1024 * 1024 }),
    cores: cpus().length,
    quotas,
    connections: { vector: vectorConnections * vectorNodeCount(variant.topology.vector) },
  });
  return {
    variant: variant.id,
    title: variant.title,
    topology: variant.topology,
    workload: corpus.workloadOf(variant.id),
    stepId: driven.step.id,
    ramp,
    validity: { verdict: driven.validity.verdict, reasons: driven.validity.reasons },
    counts: driven.observation.steady,
    ...(planted === undefined ? {} : { planted }),
    first: { ...first, ...(first.atSecond === undefined ? {} : { ratePerSecond: rateAt(ramp, first.atSecond) }) },
    signs,
    ended: [...ended],
    seconds,
    servers: [...driven.serverSeries],
  };
}

/**
 * Drives one variant past its knee in a system of its own, which is started and stopped for it. That a process ends is noted, and
 * the load goes on: what callers then get is part of the story.
 */
export async function driveOverload(
  stage: Stage,
  state: VariantState,
  { generator, onSecond }: { readonly generator: LoadGenerator; readonly onSecond: Driving['onSecond'] },
): Promise<OverloadResult> {
  const { plan, folder, corpus, signal, emit } = stage;
  const { id } = state.variant;
  await using stack = new AsyncDisposableStack();
  const served = await startSystems(stage, [state], stack);
  await fillSystems(stage, served);
  const system = served[0]?.system;
  if (system === undefined) {
    throw new Error(`no system was started for ${id}`);
  }
  const watch = watchEnd(system);
  let result: OverloadResult | undefined;
  for (const step of plan.steps.filter(({ variant }) => variant === id)) {
    const isOverload = step.phase === 'overload';
    const prepared = corpus.prepare(step, system.apiKeys);
    emit({
      type: 'step',
      variant: id,
      step: step.id,
      message: isOverload ? `${id}: from ${step.ramp?.fromPerSecond}/s to ${step.ramp?.toPerSecond}/s` : `${id}: warm-up`,
      progress: stepsShare,
    });
    if (isOverload) {
      watch.start();
    }
    const driven = await drive({
      step,
      system,
      generator,
      folder,
      workload: corpus.workloadOf(id),
      prepared,
      machine: new MachineWatch(stage.platform, plan.profile),
      signal,
      onSecond: (second) => onSecond(step, second),
      isOverload,
    });
    signal.throwIfAborted();
    if (isOverload) {
      result = await resultOf(stage, state, driven, watch.ended);
      emit({
        type: 'step',
        variant: id,
        step: step.id,
        message: `${id}: first to give out: ${result.first.kind}; ${result.first.evidence}`,
      });
    }
  }
  if (result === undefined) {
    throw new Error(`the plan has no overload of ${id}`);
  }
  return result;
}

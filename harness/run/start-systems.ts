import { systemKeyOf } from '../contract/effective-workload.ts';
import type { Variant } from '../contract/scenario.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { fill } from './fill.ts';
import { placementOf } from './points.ts';
import { settle } from './settle.ts';
import { fillShare, type Stage, startShare, type VariantState } from './stage.ts';

/** A running system and the variants that it serves, in the order of the scenario. */
export interface Served {
  readonly system: RunningSystem;
  readonly states: readonly VariantState[];
}

const idsOf = (states: readonly VariantState[]) => states.map(({ variant }) => variant.id).join(', ');

/** Variants by the system that serves them, each group in the order of the scenario. */
export function systemsOf(states: readonly VariantState[]): VariantState[][] {
  return [...Map.groupBy(states, ({ variant }) => systemKeyOf(variant)).values()];
}

async function startOne(
  { scenario, platform, folder, plan, corpus, signal, emit }: Stage,
  states: readonly VariantState[],
  ended: AbortSignal,
): Promise<RunningSystem> {
  const [first] = states;
  if (first === undefined) {
    throw new Error('a system that serves no variant was to be started');
  }
  const { id, topology } = first.variant;
  const system = await platform.start({
    runId: plan.runId,
    runDirectory: folder.root,
    variant: id,
    topology,
    dimensions: plan.settings.dimensions,
    conceptCount: scenario.workload.corpus.concepts,
    conceptSeed: plan.seed,
    tenants: corpus.tenants,
    signal: AbortSignal.any([signal, ended]),
    onEvent: (message) => emit({ type: 'start', variant: id, message }),
  });
  for (const state of states) {
    state.components = system.components;
    state.quotas = system.quotas;
  }
  if (states.length > 1) {
    emit({ type: 'start', variant: id, message: `one system serves ${idsOf(states)}` });
  }
  return system;
}

/** Starts the systems of these variants side by side. When one fails, those that started are stopped before this rejects. */
export async function startSystems(stage: Stage, states: readonly VariantState[], stack: AsyncDisposableStack): Promise<Served[]> {
  const oneFailed = new AbortController();
  const starting = systemsOf(states).map(async (served): Promise<Served> => {
    const system = await startOne(stage, served, oneFailed.signal);
    stack.use(system);
    return { system, states: served };
  });
  try {
    return await Promise.all(starting);
  } catch (error) {
    // The others would go on starting for up to their time limit; the first failure is the one to report.
    oneFailed.abort(error);
    await Promise.allSettled(starting);
    throw error;
  }
}

/** The documents of a variant: the first of the corpus, as many as its share of them. */
export function shareOf<T>(documents: readonly T[], { documentsShare = 1 }: Pick<Variant, 'documentsShare'>): readonly T[] {
  return documents.slice(0, Math.max(1, Math.round(documents.length * documentsShare)));
}

/** Fills one system after the other, so that neither disturbs the other's fill rate. */
export async function fillSystems({ corpus, signal, emit }: Stage, served: readonly Served[]): Promise<void> {
  for (const [done, { system, states }] of served.entries()) {
    const [first] = states;
    if (first === undefined) {
      continue;
    }
    const { id, topology } = first.variant;
    const documents = shareOf(corpus.documents, first.variant);
    emit({
      type: 'fill',
      variant: id,
      message: `${id}: writing ${documents.length} documents`,
      progress: startShare + ((fillShare - startShare) * done) / served.length,
    });
    const filled = await Promise.race([system.failed, fill({ system, documents, signal })]);
    const indexedSeconds = await Promise.race([system.failed, settle(system, signal)]);
    emit({ type: 'fill', variant: id, message: `${id}: every vector is indexed, ${indexedSeconds.toFixed(1)} s after the last write` });
    const placement = await placementOf(system, topology, signal);
    for (const state of states) {
      state.filled = { ...filled, ...placement };
    }
  }
}

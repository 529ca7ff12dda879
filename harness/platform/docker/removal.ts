import { setTimeout as delay } from 'node:timers/promises';
import type { EngineClient } from './engine.ts';
import { ownerState, runLabels } from './run-labels.ts';

/** A create that was under way when its runner died shows up a moment later; this many empty looks in a row are the end. */
const emptyLooks = 3;
const lookEveryMs = 300;
const removalLimitMs = 30_000;

/** What carries a label of ours, and how it is removed. */
interface Found {
  readonly kind: 'container' | 'network' | 'volume';
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  remove(): Promise<unknown>;
}

async function findAll(client: EngineClient, label: readonly string[]): Promise<Found[]> {
  const filters = { label: [...label] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    client.listContainers({ all: true, filters }),
    client.listNetworks({ filters }),
    client.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Id: id, Labels: labels }) => ({
      kind: 'container' as const,
      id,
      labels,
      remove: () => client.getContainer(id).remove({ force: true, v: true }),
    })),
    ...networks.map(({ Id: id, Labels: labels = {} }) => ({
      kind: 'network' as const,
      id,
      labels,
      remove: () => client.getNetwork(id).remove(),
    })),
    ...(volumes ?? []).map(({ Name: id, Labels: labels }) => ({
      kind: 'volume' as const,
      id,
      labels,
      remove: () => client.getVolume(id).remove({ force: true }),
    })),
  ];
}

/** Gone already, or going: both are what was wanted. */
function isGone(error: unknown): boolean {
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  return statusCode === 404 || (statusCode === 409 && message.includes('already in progress'));
}

async function removeOne(found: Found): Promise<void> {
  try {
    await found.remove();
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
  }
}

/** Containers first: they hold the networks and volumes. One that is just being removed by somebody else is waited for by looking again. */
async function removeRound(found: readonly Found[]): Promise<unknown[]> {
  const troubles: unknown[] = [];
  for (const kind of ['container', 'network', 'volume'] as const) {
    const results = await Promise.allSettled(found.filter((one) => one.kind === kind).map(removeOne));
    troubles.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  return troubles;
}

/** An engine that hangs must not hold up the end of the runner. */
async function withinLimit<T>(work: Promise<T>, what: string): Promise<T> {
  const abandon = new AbortController();
  const late = delay(removalLimitMs, undefined, { signal: abandon.signal }).then(() => {
    throw new Error(`the Docker engine took more than ${removalLimitMs} ms for ${what} what a run left`);
  });
  // Aborted when the work is done; nobody waits for it then.
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    abandon.abort();
  }
}

export interface RemovalRequest {
  readonly runId: string;
  /** Only what belongs to this variant. */
  readonly variant?: string;
  /** Empty looks in a row that end it; fewer than three where nothing more can be under way. */
  readonly looks?: number;
}

/**
 * Removes everything of one run or variant, and looks again until nothing more appears.
 * @throws the engine's last refusal when something is still there after 30 s.
 */
export async function removeRun(client: EngineClient, { runId, variant, looks = emptyLooks }: RemovalRequest): Promise<void> {
  const labels = [`${runLabels.run}=${runId}`, ...(variant === undefined ? [] : [`${runLabels.variant}=${variant}`])];
  const deadlineMs = performance.now() + removalLimitMs;
  let empty = 0;
  let trouble: unknown;
  while (empty < looks) {
    const found = await withinLimit(findAll(client, labels), 'listing');
    if (found.length === 0) {
      empty += 1;
    } else {
      empty = 0;
      [trouble] = await withinLimit(removeRound(found), 'removing');
      if (performance.now() > deadlineMs) {
        throw (
          trouble ?? new Error(`${found.map(({ kind, id }) => `${kind} ${id}`).join(', ')} could not be removed in ${removalLimitMs} ms`)
        );
      }
    }
    if (empty < looks) {
      await delay(lookEveryMs);
    }
  }
}

/** Ids of runs whose runner is known to be dead while something of theirs is still in the engine. */
export async function deadRuns(client: EngineClient): Promise<string[]> {
  const found = await findAll(client, [runLabels.run]);
  const states = Map.groupBy(found, ({ labels }) => labels[runLabels.run] ?? '');
  return [...states]
    .filter(([run, parts]) => run !== '' && parts.every(({ labels }) => ownerState(labels[runLabels.owner]) === 'dead'))
    .map(([run]) => run);
}

/** Removes what dead runs left, never anything of a living one or of one that cannot be judged. Answers the runs that were swept. */
export async function sweepDeadRuns(client: EngineClient): Promise<string[]> {
  const dead = await deadRuns(client);
  // Their runners are dead and nothing more is under way, so one empty look is enough.
  await Promise.all(dead.map(async (runId) => removeRun(client, { runId, looks: 1 })));
  return dead;
}

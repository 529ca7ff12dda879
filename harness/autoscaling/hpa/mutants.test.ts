import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { type Mutant, mutatedRoom } from '../../testing/mutated-room.ts';
import { casesIn, disagreementsOf } from './cases.ts';
import type { reconcileHpa } from './reconcile.ts';

// Milliseconds when the machine is idle; beside other work a test may be kept waiting for long.
vi.setConfig({ testTimeout: 60_000 });

const mutants: readonly Mutant[] = [
  ['tolerance.ts', '1 - down <= ratio', '1 - down < ratio'],
  ['tolerance.ts', 'ratio <= 1 + up', 'ratio < 1 + up'],
  ['tolerance.ts', 'of(behavior?.scaleUp?.tolerance)', 'of(undefined)'],
  ['tolerance.ts', 'of(behavior?.scaleDown?.tolerance)', 'of(behavior?.scaleUp?.tolerance)'],
  ['constants.ts', 'tolerance: 0.1', 'tolerance: 0.11'],
  ['constants.ts', 'cpuInitializationPeriodMs: 300_000', 'cpuInitializationPeriodMs: 299_000'],
  ['constants.ts', 'initialReadinessDelayMs: 30_000', 'initialReadinessDelayMs: 29_000'],
  ['constants.ts', 'downscaleStabilizationMs: 300_000', 'downscaleStabilizationMs: 299_000'],
  ['group-pods.ts', "pod.deleting || pod.phase === 'Failed'", "pod.phase === 'Failed'"],
  ['group-pods.ts', " || pod.phase === 'Succeeded'", ''],
  ['group-pods.ts', "pod.phase === 'Pending'", "pod.phase === 'Pending' && sample !== undefined"],
  ['group-pods.ts', 'isCpu && cpuIsPremature', 'cpuIsPremature'],
  ['group-pods.ts', 'isCpu && cpuIsPremature(pod, sample, settings, nowMs)', 'false'],
  [
    'group-pods.ts',
    'startedAtMs + settings.cpuInitializationPeriodMs > nowMs',
    'startedAtMs + settings.cpuInitializationPeriodMs >= nowMs',
  ],
  ['group-pods.ts', 'sample.takenAtMs < ready.changedAtMs', 'sample.takenAtMs <= ready.changedAtMs'],
  ['group-pods.ts', "return ready.status === 'False' || sample", "return ready.status !== 'True' || sample"],
  ['group-pods.ts', 'settings.initialReadinessDelayMs > ready.changedAtMs', 'settings.initialReadinessDelayMs >= ready.changedAtMs'],
  ['replica-count.ts', 'const percent = Number((100n * usage) / requested)', 'const percent = (100 * Number(usage)) / Number(requested)'],
  ['replica-count.ts', 'Number(total / BigInt(samples.size))', 'Number(total) / samples.size'],
  ['replica-count.ts', 'Math.min(Math.ceil(value), maximumCount)', 'Math.min(Math.round(value), maximumCount)'],
  ['replica-count.ts', 'Math.max(100, targetPercent)', '100'],
  ['replica-count.ts', 'missingValue: () => targetMilli', 'missingValue: () => 0n'],
  ['replica-count.ts', 'ratio === 1 ? [] : missing', 'missing'],
  ['replica-count.ts', 'ratio < 1 ? yardstick.missingValue(pod) : 0n', 'yardstick.missingValue(pod)'],
  ['replica-count.ts', 'unready.length > 0 && ratio > 1', 'unready.length > 0'],
  ['replica-count.ts', 'addsUnready ? unready : []', '[]'],
  ['replica-count.ts', '(ratio < 1 && second.ratio > 1)', 'false'],
  ['replica-count.ts', '(ratio > 1 && second.ratio < 1)', 'false'],
  ['replica-count.ts', 'count(second.ratio * filled.size)', 'count(second.ratio * readyCount)'],
  ['replica-count.ts', 'count(ratio * readyCount)', 'count(ratio * current)'],
  ['replica-count.ts', 'return contradicts ? unchanged', 'return false ? unchanged'],
  ['replica-count.ts', 'if (current === 0)', 'if (current < 0)'],
  ['replica-count.ts', 'count(ratio * readyRunning)', 'count(ratio * current)'],
  ['replica-count.ts', '(Number(targetMilli) * statusReplicas)', '(Number(targetMilli) * (statusReplicas + 1))'],
  ['propose.ts', "phase === 'Running' && ready?.status === 'True'", "phase === 'Running'"],
  ['propose.ts', 'replicasByShare(statusReplicas', 'replicasByShare(specReplicas'],
  ['propose.ts', "resource?.name === 'cpu'", 'resource !== undefined'],
  ['propose.ts', '[...groups.ignored, ...groups.unready]', 'groups.ignored'],
  ['decide.ts', 'proposal.replicas > highest.replicas', 'proposal.replicas < highest.replicas'],
  ['decide.ts', '(highest === undefined || highest.replicas < current)', '(highest === undefined || highest.replicas <= current)'],
  ['decide.ts', '(highest === undefined || highest.replicas < current)', 'highest === undefined'],
  ['decide.ts', 'failed ??=', 'failed ='],
  ['decide.ts', 'current === 0 && minimum !== 0', 'current === 0'],
  ['decide.ts', "recommended >= current ? 'ScaleUpStabilized'", "recommended < current ? 'ScaleUpStabilized'"],
  ['decide.ts', '[{ atMs: nowMs, replicas: current }]', '[]'],
  ['stabilize.ts', 'atMs < nowMs - windowMs', 'atMs <= nowMs - windowMs'],
  ['stabilize.ts', 'atMs > nowMs - windowMs', 'atMs >= nowMs - windowMs'],
  ['stabilize.ts', 'Math.min(Math.max(current, up), down)', 'Math.min(Math.max(desired, up), down)'],
  ['stabilize.ts', 'Math.max(windows.upMs, windows.downMs)', 'Math.min(windows.upMs, windows.downMs)'],
  ['limit.ts', 'atMs > nowMs - periodSeconds * 1000', 'atMs >= nowMs - periodSeconds * 1000'],
  ['limit.ts', 'count - change', 'count + change'],
  ['limit.ts', 'Math.ceil(start * (1 + policy.value / 100))', 'Math.floor(start * (1 + policy.value / 100))'],
  ['limit.ts', 'Math.ceil(start * (1 + policy.value / 100))', 'Math.ceil((start * (100 + policy.value)) / 100)'],
  ['limit.ts', 'Math.trunc(start', 'Math.ceil(start'],
  ['limit.ts', 'Math.max(current, selectPolicy', 'Math.max(0, selectPolicy'],
  ['limit.ts', 'Math.min(current, selectPolicy', 'Math.min(1e9, selectPolicy'],
  ['limit.ts', "selectPolicy === 'Min' ? Math.min(...proposed)", "selectPolicy === 'Max' ? Math.min(...proposed)"],
  ['limit.ts', "selectPolicy === 'Min' ? Math.max(...proposed)", "selectPolicy === 'Max' ? Math.max(...proposed)"],
  ['limit.ts', 'Math.max(2 * current, 4)', '2 * current'],
  ['limit.ts', 'scaleUp.stabilizationWindowSeconds ?? 0', 'scaleUp.stabilizationWindowSeconds ?? 15'],
  ['limit.ts', "[{ type: 'Pods', value: 4, periodSeconds: 15 }, percent]", '[percent]'],
  [
    'limit.ts',
    "reason: maximum > limit ? 'ScaleUpLimit' : 'TooManyReplicas' };\n    }",
    "reason: maximum >= limit ? 'ScaleUpLimit' : 'TooManyReplicas' };\n    }",
  ],
  ['limit.ts', "minimum < limit ? 'ScaleDownLimit'", "minimum <= limit ? 'ScaleDownLimit'"],
  ['limit.ts', 'change > 0 === isUp && ', ''],
  ['kubernetes-source.ts', "restartPolicy === 'Always'", 'restartPolicy !== undefined || true'],
  ['kubernetes-source.ts', 'const containers = [...spec.containers, ...sidecars]', 'const containers = spec.containers'],
  ['kubernetes-source.ts', 'value === undefined || !values.includes(value)', 'value !== undefined && !values.includes(value)'],
  ['quantity.ts', 'quotient + (rest > 0n ? 1n : -1n)', 'quotient'],
  ['reconcile.ts', 'scale?.status.replicas ?? status.currentReplicas', 'status.desiredReplicas ?? 1'],
];

const room = await mutatedRoom(new URL('.', import.meta.url), ['zod']);
afterAll(() => room[Symbol.asyncDispose]());

const tables = fileURLToPath(new URL('../../../fixtures/hpa-cases', import.meta.url));
const documents = await Promise.all(
  (await readdir(tables))
    .filter((name) => name.endsWith('.yaml'))
    .map(async (name) => parse(await readFile(path.join(tables, name), 'utf8'), { maxAliasCount: -1 }) as unknown),
);
const cases = documents.flatMap((document) => casesIn(document, 'cases'));

interface Rule {
  readonly reconcileHpa: typeof reconcileHpa;
}

const disagreementsWith = (rule: Rule) => cases.flatMap((each) => disagreementsOf(each, rule.reconcileHpa));

describe('the cases tell wrong rules from the right one', () => {
  it('a copy without a change agrees with all of them', async () => {
    expect(disagreementsWith(await room.load<Rule>('reconcile.ts', 'unchanged'))).toEqual([]);
  });

  it.each(mutants.map((mutant, index) => [index, ...mutant] as const))('mutant %i: %s: %s → %s', async (index, ...mutant) => {
    const wrong = await room.load<Rule>('reconcile.ts', `mutant-${index}`, mutant);
    expect(disagreementsWith(wrong).length).toBeGreaterThan(0);
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capacitySchema } from '../contract/capacity.ts';
import type { Step } from '../contract/plan.ts';
import type { Scenario } from '../contract/scenario.ts';
import { startGenerator } from '../load/generator.ts';
import { testFolder } from '../load/testing/load-plan.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { searchCapacities } from './capacity-phase.ts';
import { stepSchedule } from './corpus.ts';
import type { Driving } from './drive-steps.ts';
import { createRunFolder } from './run-folder.ts';
import type { Stage, VariantState } from './stage.ts';
import { RunWarmUp } from './warm-up.ts';

const serviceMs = 10;
/** One request after the other, 10 ms each: no rate beyond this can be carried, whatever the limit. */
const serviceRatePerSecond = 1000 / serviceMs;

let server: Server;
beforeAll(async () => {
  let freeAtMs = 0;
  server = createServer((_request, response) => {
    freeAtMs = Math.max(performance.now(), freeAtMs) + serviceMs;
    setTimeout(() => response.end('{}'), freeAtMs - performance.now());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

it('searches what a system of known capacity carries, and keeps every probe', async () => {
  using temporary = testFolder();
  const folder = await createRunFolder(path.join(temporary.path, 'run'));
  await using generator = await startGenerator({ runId: 'capacity-test', logFile: path.join(folder.logs, 'generator.log') });
  const workload = { arrivals: 'poisson', deadlineMs: 2000, connections: 64 } as Scenario['workload'];
  const system = {
    variant: 'one',
    gateways: [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }],
    metricsSources: [],
    apiKeys: [],
    failed: new Promise<never>(() => {}),
    sample: async () => [],
  } as unknown as RunningSystem;
  const state = { variant: { id: 'one' }, components: [], quotas: {}, driven: [] } as unknown as VariantState;
  const events: string[] = [];
  const stage = {
    signal: new AbortController().signal,
    folder,
    platform: { ownPids: () => [] },
    plan: {
      profile: 'smoke',
      seed: 1,
      variants: ['one'],
      steps: [],
      settings: {
        capacitySearch: {
          startRatePerSecond: 60,
          maximumRatePerSecond: 640,
          probeSeconds: 1.5,
          maximumProbes: 12,
          limits: { kind: 'health', percentile: 90, responseMs: 100, errorShare: 0, achievedRatio: 0.9 },
        },
      },
    },
    corpus: {
      workloadOf: () => workload,
      prepare(step: Step) {
        const offsetsUs = stepSchedule('poisson', step, undefined);
        return { requests: [{ kind: 'health', method: 'GET', path: '/', headers: {} }], requestOf: offsetsUs.map(() => 0), offsetsUs };
      },
    },
    states: new Map([['one', state]]),
    emit: ({ message }: { message: string }) => events.push(message),
  } as unknown as Stage;
  const driving: Driving = {
    served: [{ system, states: [state] }],
    generator,
    onSecond: () => undefined,
    warmUp: new RunWarmUp({ warmUpSeconds: 0.2 }),
  };

  await searchCapacities(stage, driving);

  const { probes, outcome, ratePerSecond, failedAtPerSecond = Number.POSITIVE_INFINITY } = capacitySchema.parse(state.capacity);
  expect(state.driven.map(({ step }) => step.id)).toEqual(probes.map(({ stepId }) => stepId));
  expect(new Set(state.driven.map(({ step }) => step.seed)).size).toBe(probes.length);
  // A busy machine may leave single probes undecided, and with them the search; it never makes a rate pass that cannot be carried.
  expect(probes.some(({ verdict }) => verdict !== 'undecided')).toBe(true);
  expect(probes.every(({ reason }) => reason !== '')).toBe(true);
  for (const { verdict, ratePerSecond: rate } of probes) {
    expect(verdict === 'passed' && rate > serviceRatePerSecond * 1.1).toBe(false);
  }
  expect(['found', 'undecided', 'always-failed']).toContain(outcome);
  if (outcome === 'found') {
    expect(probes.filter(({ phase, verdict }) => phase === 'confirm' && verdict === 'passed').length).toBeGreaterThanOrEqual(3);
    expect(failedAtPerSecond - (ratePerSecond ?? 0)).toBeLessThanOrEqual(0.05 * (ratePerSecond ?? 0));
  }
  expect(events.at(-1)).toMatch(/^one: capacity (found|undecided|always-failed): /);
}, 120_000);

it('does nothing where no search was asked for', async () => {
  await searchCapacities({ plan: { settings: {} } } as unknown as Stage, {} as unknown as Driving);
});

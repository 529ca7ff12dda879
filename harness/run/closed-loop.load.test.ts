import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { single } from '../../scenarios/topologies.ts';
import { type LoadPlan, loadPlanSchema } from '../contract/plan.ts';
import { type Scenario, scenarioSchema } from '../contract/scenario.ts';
import { choosePlatform } from '../platform/choose.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import { readHistory } from './history.ts';
import { runScenario } from './run.ts';

const users = 12;
const profile = {
  documents: 200,
  dimensions: 32,
  repetitions: 1,
  judgedRatePerSecond: 1,
  warmUpSeconds: 1,
  steadySeconds: 3,
  ladderRatesPerSecond: [],
  rungSeconds: 1,
  recallSamples: 20,
};

/** Users who talk to the system, three questions to a conversation. */
const scenario: Scenario = scenarioSchema.parse({
  ...singleVsSharded,
  id: 'talking-users',
  variants: [
    {
      id: 'single',
      title: 'one vector node, conversations in the cache tier',
      topology: { ...single, cache: { sessions: true } },
    },
  ],
  workload: {
    ...singleVsSharded.workload,
    mix: { search: 5, ask: 4, health: 1 },
    closedLoop: { users, thinkTime: { distribution: 'uniform', minimumMs: 100, maximumMs: 300 }, turnsPerSession: 3, rampUpSeconds: 1 },
  },
  profiles: { smoke: profile, quick: profile, standard: profile, full: profile },
});

const planFile = async (folder: string, step: string): Promise<LoadPlan> =>
  loadPlanSchema.parse(JSON.parse(await readFile(path.join(folder, 'steps', step, 'load-plan.json'), 'utf8')));

describe('a scenario whose workload is a closed loop', () => {
  it('runs end to end, its users divided among two generators, and asks what its plan says', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-closed-'));
    const runId = `talking-users-${process.pid}`;
    try {
      const { result, failure } = await runScenario({
        scenario,
        profile: 'smoke',
        seed: 3,
        workers: 2,
        runId,
        variants: ['single'],
        platform: await choosePlatform({ requested: 'local' }),
        leftOut: [],
        outputDirectory: path.join(folder, 'out'),
        command: 'none',
        signal: new AbortController().signal,
        onEvent: () => undefined,
        onSecond: () => undefined,
      });
      expect(failure).toBeUndefined();
      expect(result.status).toBe('complete');
      expect(result.workers).toBe(2);
      const runs = result.variants[0]?.runs ?? [];
      expect(runs.length).toBeGreaterThan(0);
      for (const { counts, offeredPerSecond, ratePerSecond, validity } of runs) {
        expect(ratePerSecond).toBeUndefined();
        // A starved machine may make answers late; it may not make the system refuse a request, or lose one.
        expect(counts.succeeded).toBeGreaterThan(0);
        expect([counts.failed['http-4xx'], counts.failed['http-5xx'], counts.failed.mismatch]).toEqual([undefined, undefined, undefined]);
        expect(counts.issued).toBe(counts.succeeded + Object.values(counts.failed).reduce((sum, count) => sum + count, 0));
        expect(offeredPerSecond).toBe(counts.issued / profile.steadySeconds);
        expect(validity.checks.map(({ id }) => id)).not.toContain('rate-error');
      }
      // An answer that was not what its user asked would be foreign, unwritten or malformed to one of these.
      expect(result.checkers.map(({ id, verdict }) => [id, verdict])).toEqual(result.checkers.map(({ id }) => [id, 'pass']));
      for (const step of await readdir(path.join(folder, 'out', 'steps'))) {
        const { closedLoop, requests, offsetsUs } = await planFile(path.join(folder, 'out'), step);
        expect(offsetsUs).toEqual([]);
        expect(requests.every(({ kind, session }) => (kind === 'ask') === (session === true))).toBe(true);
        const history = await readHistory(path.join(folder, 'out', 'steps', step, 'operations.jsonl'));
        expect(new Set(history.map(({ job }) => job)).size).toBe(history.length);
        for (const { job, kind } of history) {
          const asked = closedLoop?.users.find(({ user }) => user === job % users)?.script ?? [];
          expect(requests[asked[Math.floor(job / users)] ?? -1]?.kind).toBe(kind);
        }
      }
      expect(await leftoversAfter(runId, folder, 1_000)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

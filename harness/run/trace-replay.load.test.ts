import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceReplay } from '../../scenarios/trace-replay.ts';
import type { TraceRequest } from '../arrivals/trace/trace-request.ts';
import { loadPlanSchema } from '../contract/plan.ts';
import { type Scenario, scenarioSchema } from '../contract/scenario.ts';
import { choosePlatform } from '../platform/choose.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import { runScenario } from './run.ts';
import { readTrace } from './trace-file.ts';

/** The smoke profile at half its length: 200 requests of the sample, of a model that answers at once. */
const profile = { ...traceReplay.profiles.smoke, documents: 200, pilotSeconds: 1, steadySeconds: 4 };
const scenario: Scenario = scenarioSchema.parse({
  ...traceReplay,
  variants: traceReplay.variants.map((variant) => ({
    ...variant,
    topology: { ...variant.topology, provider: { embeddings: 'instant', chat: 'instant' } },
  })),
  profiles: { smoke: profile, quick: profile, standard: profile, full: profile },
});

/** The upper median of what the model wrote when it was recorded. */
const medianAnswer = (requests: readonly TraceRequest[]) =>
  requests.map(({ outputTokens = 0 }) => outputTokens).toSorted((a, b) => a - b)[Math.floor(requests.length / 2)];

describe('the scenario trace-replay', () => {
  it('asks what was recorded, and tells by the hour of the recording what became of it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-replay-'));
    const runId = `trace-replay-${process.pid}`;
    const messages: string[] = [];
    const recorded = await readTrace(scenario.workload.arrivals, {});
    try {
      const { result, failure } = await runScenario({
        scenario,
        profile: 'smoke',
        seed: 2,
        runId,
        variants: ['ragpulse-no-cache', 'ragpulse-cache'],
        platform: await choosePlatform({ requested: 'local' }),
        leftOut: [],
        outputDirectory: path.join(folder, 'out'),
        command: 'none',
        signal: new AbortController().signal,
        onEvent: ({ message }) => messages.push(message),
        onSecond: () => undefined,
      });
      expect(failure).toBeUndefined();
      expect(result.status).toBe('complete');
      expect(messages.filter((message) => message.startsWith('replays '))).toHaveLength(1);
      for (const { id, traceReplay: replay, runs } of result.variants) {
        if (replay === undefined) {
          throw new Error(`${id} replayed nothing`);
        }
        const counts = runs.filter(({ phase, validity }) => phase === 'judged' && validity.verdict === 'valid').map((run) => run.counts);
        const sum = (field: 'arrivals' | 'succeeded' | 'answers' | 'hits' | 'shared') =>
          replay.bins.reduce((total, bin) => total + bin[field], 0);
        // Without a valid repetition there would be no replay to tell of.
        expect(sum('arrivals')).toBe(counts.reduce((total, { issued }) => total + issued, 0));
        expect(sum('succeeded')).toBe(counts.reduce((total, { succeeded }) => total + succeeded, 0));
        expect(replay.offered.requests).toBe(sum('arrivals'));
        // Exactly what came again is spared where answers are kept, and nothing where they are not.
        const repeats = Math.round((replay.offered.repeatedQueryShare ?? 0) * replay.offered.requests);
        expect(repeats).toBeGreaterThan(0);
        if (sum('answers') === replay.offered.requests) {
          expect(sum('hits') + sum('shared')).toBe(id === 'ragpulse-cache' ? repeats : 0);
          if (id === 'ragpulse-no-cache') {
            expect(replay.offered.outputTokensP50).toBe(medianAnswer(recorded?.requests.slice(0, replay.offered.requests) ?? []));
          }
        }
      }
      // Both were asked the same words.
      const steps = (await readdir(path.join(folder, 'out', 'steps'))).filter((step) => step.includes('judged')).toSorted();
      const plans = await Promise.all(
        steps
          .slice(0, 2)
          .map(async (step) =>
            loadPlanSchema.parse(JSON.parse(await readFile(path.join(folder, 'out', 'steps', step, 'load-plan.json'), 'utf8'))),
          ),
      );
      const [one, other] = plans.map(({ requests, requestOf, offsetsUs }) => [requestOf.map((place) => requests[place]?.body), offsetsUs]);
      expect(one).toEqual(other);
      expect(await leftoversAfter(runId, folder, 1_000)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTest } from '../../scenarios/load-test.ts';
import type { Result } from '../contract/result.ts';
import { type Scenario, scenarioSchema, type Variant, variantsIn } from '../contract/scenario.ts';
import { choosePlatform } from '../platform/choose.ts';
import { leftoversAfter } from '../platform/local/testing/leftovers.ts';
import { readClaims } from './claims-file.ts';
import { type RunOutcome, runScenario } from './run.ts';

interface Ran extends RunOutcome {
  readonly folder: string;
  readonly messages: readonly string[];
}

let place = '';
beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'rag-testbed-load-test-'));
});
afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

async function run(scenario: Scenario, name: string, variants: readonly string[]): Promise<Ran> {
  const messages: string[] = [];
  const folder = path.join(place, name);
  const outcome = await runScenario({
    scenario,
    profile: 'smoke',
    seed: 5,
    runId: `load-test-${name}-${process.pid}`,
    variants,
    platform: await choosePlatform({ requested: 'local' }),
    leftOut: [],
    outputDirectory: folder,
    command: 'none',
    signal: new AbortController().signal,
    onEvent: ({ message }) => messages.push(message),
    onSecond: () => undefined,
  });
  return { ...outcome, folder, messages };
}

describe('the scenario load-test in its smoke profile', () => {
  let ran: Ran;
  let result: Result;
  beforeAll(async () => {
    ran = await run(loadTest, 'smoke', variantsIn(loadTest, 'smoke'));
    result = ran.result;
  });

  const variantNamed = (id: string) => {
    const found = result.variants.find((variant) => variant.id === id);
    if (found === undefined) {
      throw new Error(`${id} was not measured`);
    }
    return found;
  };
  /** What every judged window saw; a noisy machine may have made it invalid, but not wrong. */
  const countsOf = (id: string) => variantNamed(id).runs.map(({ counts }) => counts);

  it('starts and fills one system for all of its variants, and warms it up once', async () => {
    expect(ran.failure).toBeUndefined();
    expect(result.status).toBe('complete');
    expect(await readdir(path.join(ran.folder, 'logs'))).toEqual(expect.arrayContaining(['gemini-five-closed', 'generator.log']));
    expect(existsSync(path.join(ran.folder, 'logs', 'gemini-repeats-closed'))).toBe(false);
    expect(ran.messages.filter((message) => message.startsWith('one system serves'))).toEqual([
      'one system serves gemini-five-closed, gemini-repeats-closed, gemini-repeats-open',
    ]);
    expect(ran.messages.filter((message) => message.includes('writing 500 documents'))).toHaveLength(1);
    expect((await readdir(path.join(ran.folder, 'steps'))).filter((step) => step.includes('pilot'))).toHaveLength(1);
    for (const { shards } of result.variants) {
      expect(shards.reduce((sum, { points }) => sum + points, 0)).toBe(500);
    }
  });

  it('asks each variant its own workload: users without a rate, and their open twin at theirs', () => {
    const [five, repeats, open] = ['gemini-five-closed', 'gemini-repeats-closed', 'gemini-repeats-open'].map(variantNamed);
    expect([five?.workload?.closedLoop?.users, repeats?.workload?.closedLoop?.users]).toEqual([40, 40]);
    expect(five?.runs.every(({ ratePerSecond }) => ratePerSecond === undefined)).toBe(true);
    expect(open?.workload?.closedLoop).toBeUndefined();
    expect(open?.rateOf?.users).toBe('gemini-repeats-closed');
    expect(open?.runs[0]?.ratePerSecond).toBeCloseTo(40_000 / (2_000 + (open?.rateOf?.responseMs ?? 0)), 6);
    for (const { id } of result.variants) {
      for (const { issued, succeeded, failed } of countsOf(id)) {
        expect(issued).toBeGreaterThan(0);
        expect(issued).toBe(succeeded + Object.values(failed).reduce((sum, count) => sum + count, 0));
      }
    }
  });

  it('answers five questions from the cache and new ones from the model, whole, with the right sources', () => {
    if (result.validity.verdict === 'valid') {
      const [five, repeats] = [variantNamed('gemini-five-closed').metrics, variantNamed('gemini-repeats-closed').metrics];
      expect(five['answer-hit-ratio']?.value).toBeGreaterThan(0.9);
      expect(repeats['answer-hit-ratio']?.value ?? 0).toBeLessThan(0.5);
      expect(five['generate-share']?.value ?? 0).toBeLessThan(0.2);
      expect(repeats['generate-share']?.value).toBeGreaterThan(0.3);
      expect(repeats['miss-response-mean']?.value ?? 0).toBeGreaterThan(five['hit-response-p50']?.value ?? 0);
      expect(repeats['recall-at-10']?.value).toBe(1);
      expect(five['pooled-response-mean']?.sampleCount).toBe((five['ask-response-mean']?.sampleCount ?? 0) + probes('gemini-five-closed'));
      expect(variantNamed('gemini-repeats-closed').stages[0]?.parts.map(({ stage }) => stage)).toEqual(
        expect.arrayContaining(['embed', 'generate']),
      );
    }
    expect(result.checkers.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  });

  /** Successful probes of the judged windows that count. */
  const probes = (id: string) => {
    const { runs, metrics } = variantNamed(id);
    const succeeded = runs.filter(({ validity }) => validity.verdict === 'valid').reduce((sum, { counts }) => sum + counts.succeeded, 0);
    return succeeded - (metrics['ask-response-mean']?.sampleCount ?? 0);
  };

  it('judges every claim of the load test, decides none of a thousand users from forty, and computes the contradictions', async () => {
    const assigned = (await readClaims()).filter(({ scenario }) => scenario === 'load-test').map(({ id }) => id);
    expect(result.claims.map(({ id }) => id)).toEqual(assigned);
    const users = ['askbot-load-users', 'askbot-load-throughput', 'askbot-load-success', 'askbot-peak-slowdown'];
    expect(result.claims.filter(({ id }) => users.includes(id)).map(({ verdict }) => verdict)).toEqual(users.map(() => 'undecided'));
    expect(result.contradictions?.map(({ id }) => id)).toEqual([
      'rate-of-the-users',
      'mean-for-the-rate',
      'misses-of-five-questions',
      'misses-for-the-mean',
      'success-against-errors',
      'timeouts-against-errors',
    ]);
    expect(result.overloads).toBeUndefined();
  });

  it('leaves no process', async () => {
    expect(await leftoversAfter(result.runId, place, 1_000)).toEqual([]);
  });
});

interface Shorter {
  readonly overload: Partial<Variant['overload']>;
  readonly deadlineMs?: number;
  readonly heapMiB?: number;
  readonly slowdown?: number;
}

/** A ramp of the load test, shorter: what gives out is the same. */
function shorter(id: string, { overload, deadlineMs = 12_000, heapMiB, slowdown }: Shorter): Scenario {
  return scenarioSchema.parse({
    ...loadTest,
    variants: loadTest.variants.map((variant) => {
      const { query, provider } = variant.topology;
      return variant.id === id
        ? {
            ...variant,
            topology: { ...variant.topology, query: { ...query, heapMiB }, provider: { ...provider, slowdown } },
            workload: { ...variant.workload, deadlineMs, connections: 2_000 },
            overload: { ...variant.overload, ...overload },
          }
        : variant;
    }),
  });
}

describe('what gives out first', () => {
  it.each([
    ['one-instance-60-rpm', 'provider', { fromPerSecond: 2, toPerSecond: 10, seconds: 8 }],
    ['one-instance-pool-4', 'connections', { fromPerSecond: 20, toPerSecond: 400, seconds: 16 }],
  ] as const)('on %s is named: %s', async (id, kind, overload) => {
    const { result, failure } = await run(shorter(id, { overload }), id, [id]);
    expect(failure).toBeUndefined();
    expect(result.overloads).toHaveLength(1);
    expect(result.variants).toEqual([]);
    const [ramp] = result.overloads ?? [];
    expect(ramp?.first.evidence).not.toBe('');
    if (ramp?.validity.verdict === 'valid') {
      expect(ramp.first).toMatchObject({ kind });
      expect(result.checkers.find((checker) => checker.id === 'planted-limit')).toMatchObject({ verdict: 'pass', checked: 1 });
    }
    expect(ramp?.seconds.reduce((sum, { arrivals }) => sum + arrivals, 0)).toBe(ramp?.counts.issued);
  });

  it('is the memory of a process that ends in the middle, and the run goes on and tells of it', async () => {
    const id = 'one-instance-heap-192';
    // A slow model and not a high rate keeps so many requests in hand: a slow machine must not run out of its processors instead.
    const overload = { fromPerSecond: 15, toPerSecond: 60, seconds: 20 };
    const scenario = shorter(id, { overload, deadlineMs: 30_000, heapMiB: 64, slowdown: 10 });
    const { result, failure, messages, folder } = await run(scenario, id, [id]);
    expect(failure).toBeUndefined();
    expect(result.status).toBe('complete');
    const [ramp] = result.overloads ?? [];
    expect(ramp?.ended).toMatchObject([{ part: 'query-0', outOfMemory: true }]);
    expect(ramp?.first.kind).toBe('memory');
    expect(ramp?.counts.succeeded).toBeLessThan(ramp?.counts.issued ?? 0);
    expect(messages.some((message) => message.includes('first to give out: memory'))).toBe(true);
    expect(result.claims.find((claim) => claim.id === 'askbot-memory-exhaustion')?.why).toContain('64 MiB');
    expect(existsSync(path.join(folder, 'result.json'))).toBe(true);
    expect(JSON.parse(await readFile(path.join(folder, 'result.json'), 'utf8')).overloads[0].first.kind).toBe('memory');
    expect(await leftoversAfter(result.runId, place, 1_000)).toEqual([]);
  });
});

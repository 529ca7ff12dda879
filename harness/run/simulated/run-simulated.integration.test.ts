import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scalingRules } from '../../../scenarios/scaling-rules.ts';
import { planSchema } from '../../contract/plan.ts';
import { type Result, resultSchema } from '../../contract/result.ts';
import { variantsIn } from '../../contract/scenario.ts';
import { exitCodeOf } from '../../contract/verdict.ts';
import { readClaims } from '../claims-file.ts';
import { runSimulated, type SimulatedRunRequest } from './run-simulated.ts';

/** What may differ between two runs of one seed: when and where they were made. */
function timeless(result: Result) {
  return JSON.stringify({ ...result, provenance: undefined, runId: undefined });
}

describe('scaling-rules, smoke', () => {
  let directory = '';
  let result: Result;
  const seen: (number | undefined)[] = [];

  const run = (name: string, more: Partial<SimulatedRunRequest> = {}) =>
    runSimulated({
      scenario: scalingRules,
      profile: 'smoke',
      seed: 1,
      runId: name,
      variants: variantsIn(scalingRules, 'smoke'),
      requested: 'auto',
      outputDirectory: path.join(directory, name),
      command: 'npm run scenario scaling-rules -- --profile smoke --seed 1',
      signal: new AbortController().signal,
      onEvent: () => undefined,
      ...more,
    });

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-scaling-'));
    ({ result } = await run('first', { onEvent: ({ progress }) => void seen.push(progress) }));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('is whole, valid, passes, and says throughout that it is simulated', () => {
    expect(result).toMatchObject({ status: 'complete', verdict: 'pass', platform: { id: 'simulated', requested: 'auto' } });
    expect(result.validity).toEqual({ verdict: 'valid', reasons: [], checks: [] });
    expect(exitCodeOf({ verdict: result.verdict, validity: result.validity.verdict, interrupted: false })).toBe(0);
    expect(result.variants.map(({ id }) => id)).toEqual(variantsIn(scalingRules, 'smoke'));
    for (const { simulated, runs, engines, metrics } of result.variants) {
      expect(simulated?.replications).toBe(3);
      expect(runs).toHaveLength(3);
      expect(engines.query).toMatch(/^discrete-event simulation /);
      for (const { counts } of runs) {
        expect(counts.issued).toBe(Object.values(counts.failed).reduce((sum, count) => sum + count, counts.succeeded));
      }
      expect(metrics['replica-hours']?.interval).toBeDefined();
    }
    expect(result.components.every(({ engine }) => engine === 'discrete-event simulation')).toBe(true);
    expect(result.checkers.map(({ id, verdict }) => [id, verdict])).toEqual(
      expect.arrayContaining([
        ['accounted', 'pass'],
        ['common-arrivals', 'pass'],
      ]),
    );
  });

  it('holds as many as the peak needs to the goal, and rules to nothing', () => {
    for (const { perVariant, measuredOnly = [] } of result.slos) {
      expect(perVariant).toEqual([expect.objectContaining({ variant: 'spike-static-at-peak', verdict: 'pass' })]);
      expect(measuredOnly.map(({ variant }) => variant)).toContain('spike-askbot-hpa');
    }
    const missed = (id: string) => result.variants.find((each) => each.id === id)?.metrics['slo-violation-seconds']?.value ?? Number.NaN;
    expect(missed('spike-static-at-peak')).toBeLessThanOrEqual(missed('spike-clairvoyant'));
    expect(missed('spike-clairvoyant')).toBeLessThan(missed('spike-askbot-hpa'));
  });

  it('judges every claim that is assigned to it', async () => {
    const assigned = (await readClaims()).filter(({ scenario }) => scenario === 'scaling-rules');
    expect(result.claims.map(({ id }) => id)).toEqual(assigned.map(({ id }) => id));
    expect(result.claims.every(({ why }) => why.includes('simulation in virtual time'))).toBe(true);
    expect(result.claims.find(({ id }) => id === 'askbot-hpa-scale-up')?.verdict).toBe('refuted');
  });

  it('gives the same figures again for the same seed, byte by byte, and others for another', async () => {
    expect(timeless((await run('again')).result)).toBe(timeless(result));
    expect(timeless((await run('other', { seed: 2 })).result)).not.toBe(timeless(result));
  });

  it('writes its plan, its events and its result, and nothing else', async () => {
    const folder = path.join(directory, 'first');
    expect((await readdir(folder)).sort()).toEqual(['events.jsonl', 'plan.json', 'result.json']);
    const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
    expect(resultSchema.parse(await read('result.json'))).toEqual(result);
    const { steps } = planSchema.parse(await read('plan.json'));
    expect(steps.map(({ id }) => id)).toEqual(result.variants.flatMap(({ runs }) => runs.map(({ stepId }) => stepId)));
    const progress = seen.filter((each) => each !== undefined);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('keeps what was simulated when it is interrupted, marked partial, and exits 130', async () => {
    const controller = new AbortController();
    const { result: partial, failure } = await run('partial', {
      signal: controller.signal,
      onEvent: ({ variant }) => {
        if (variant === 'spike-askbot-hpa') {
          controller.abort(new Error('interrupted by SIGINT'));
        }
      },
    });
    expect(failure).toBeUndefined();
    expect(partial).toMatchObject({ status: 'partial', partialReason: 'interrupted by SIGINT', verdict: 'inconclusive' });
    expect(partial.variants.map(({ id }) => id)).toEqual(['spike-static-at-peak', 'spike-clairvoyant']);
    expect(partial.validity.reasons).toContain('spike-ratio: 0 of 3 replications were simulated');
    expect(partial.claims.every(({ verdict }) => verdict === 'undecided')).toBe(true);
    expect(existsSync(path.join(directory, 'partial', 'result.json'))).toBe(true);
  });

  it('refuses a rule that makes no sense by its variant, before it writes anything', async () => {
    const variants = scalingRules.variants.map((variant) =>
      variant.id === 'spike-ratio' && variant.simulated !== undefined
        ? { ...variant, simulated: { ...variant.simulated, controller: { by: 'rule' as const, settings: { type: 'ratio', factor: 0 } } } }
        : variant,
    );
    await expect(run('broken', { scenario: { ...scalingRules, variants } })).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringMatching(/rule of variant "spike-ratio"[\s\S]*factor/),
    });
    expect(existsSync(path.join(directory, 'broken'))).toBe(false);
  });
});

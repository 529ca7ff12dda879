import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../contract/failure.ts';
import { type Result, type ResultVariant, type RunRecord, resultSchema } from '../../contract/result.ts';
import { simulatedSystemSchema } from '../../contract/simulation.ts';
import { type CalibrationOptions, calibrate } from './calibrate.ts';
import { measuredParts } from './measured-parts.ts';
import { measuredRungs } from './measured-rungs.ts';
import { modelsOf } from './models.ts';
import { plantedResult } from './testing/planted.ts';
import { meanWindow, simulatedWindows } from './windows.ts';

const real = resultSchema.parse(
  JSON.parse(await readFile(new URL('../../../fixtures/calibration/single-vs-sharded-standard.json', import.meta.url), 'utf8')),
);
const [baseline] = real.variants;
if (baseline === undefined) {
  throw new Error('the fixture has no variant');
}
const options: CalibrationOptions = { seed: 1, windows: 5 };

/** The fixture with its baseline changed. */
function changed(change: (variant: ResultVariant) => Partial<ResultVariant>): Result {
  return {
    ...real,
    variants: real.variants.map((variant) => (variant.id === real.baseline ? { ...variant, ...change(variant) } : variant)),
  };
}

const withRuns = (change: (run: RunRecord) => Partial<RunRecord>) =>
  changed(({ runs }) => ({ runs: runs.map((run) => ({ ...run, ...change(run) })) }));

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('measured rungs', () => {
  it('are every rate once, ascending, the judged one pooled from its valid repetitions', () => {
    const { rungs, leftOut } = measuredRungs(real, baseline);
    const rates = rungs.map(({ ratePerSecond }) => ratePerSecond);
    expect(rates).toEqual([...new Set(rates)].toSorted((a, b) => a - b));
    expect(rungs.length + leftOut.length).toBe(new Set(baseline.runs.map(({ ratePerSecond }) => ratePerSecond)).size);
    expect(rungs[0]?.ratePerSecond).toBe(real.settings.judgedRatePerSecond);
    expect(rungs[0]?.repetitions).toBe(
      baseline.runs.filter(({ phase, validity }) => phase === 'judged' && validity.verdict === 'valid').length,
    );
    expect(rungs[0]?.response.p95).toBe(baseline.metrics['search-response-p95']?.value);
    for (const { utilisation, windowSeconds } of rungs) {
      expect(utilisation).toBeGreaterThan(0);
      expect(utilisation).toBeLessThan(1);
      expect(windowSeconds).toBeGreaterThan(0);
    }
  });

  it('names the invalid and the saturated ones and leaves them out', () => {
    const { rungs } = measuredRungs(real, baseline);
    const [, second, third] = rungs.map(({ ratePerSecond }) => ratePerSecond);
    const { variants } = withRuns((run) => {
      if (run.ratePerSecond === second) {
        return { validity: { verdict: 'invalid', reasons: ['The generator started jobs late.'], checks: [] } };
      }
      return run.ratePerSecond === third ? { passed: false, brokenLimits: ['search p99 512.0 ms > 300 ms'] } : {};
    });
    const { rungs: left, leftOut } = measuredRungs(real, variants[0] ?? baseline);
    expect(leftOut).toEqual(
      expect.arrayContaining([
        { ratePerSecond: second, kind: 'invalid', why: 'The generator started jobs late.' },
        { ratePerSecond: third, kind: 'saturated', why: 'search p99 512.0 ms > 300 ms' },
      ]),
    );
    expect(left.map(({ ratePerSecond }) => ratePerSecond)).not.toContain(second);
    expect(left.map(({ ratePerSecond }) => ratePerSecond)).not.toContain(third);
  });

  it('takes a rate that was not achieved for saturated although no limit names it', () => {
    const [, second] = measuredRungs(real, baseline).rungs.map(({ ratePerSecond }) => ratePerSecond);
    const { variants } = withRuns((run) => (run.ratePerSecond === second ? { achievedPerSecond: 0.9 * run.offeredPerSecond } : {}));
    expect(measuredRungs(real, variants[0] ?? baseline).leftOut).toContainEqual({
      ratePerSecond: second,
      kind: 'saturated',
      why: '90.0 % of the offered rate was achieved',
    });
  });
});

describe('calibration', () => {
  const calibration = calibrate(real, options);
  const [first] = calibration.measured;

  it('fits the rung that calibrates and never counts it as a prediction', () => {
    for (const { id, rungs } of calibration.models) {
      const fit = rungs.filter(({ kind }) => kind === 'fit');
      expect(fit.map(({ ratePerSecond }) => ratePerSecond)).toEqual([calibration.calibratedAtPerSecond]);
      expect(Math.abs(fit[0]?.figures?.p95.error ?? 1), `${id}, p95`).toBeLessThan(0.03);
      expect(Math.abs(fit[0]?.figures?.p50.error ?? 1), `${id}, p50`).toBeLessThan(0.15);
    }
    expect(first?.ratePerSecond).toBe(calibration.calibratedAtPerSecond);
  });

  it('gives systems that the contract takes, measured, with the run that they were measured in', () => {
    for (const { system } of calibration.models) {
      expect(simulatedSystemSchema.parse(system).source).toMatchObject({ kind: 'measured', runId: real.runId });
    }
  });

  it('gives the same document for the same result and seed', () => {
    expect(calibrate(real, options)).toEqual(calibration);
  });

  it('waits longer the more is asked', () => {
    const { rungs } = measuredRungs(real, baseline);
    const [lowest] = rungs;
    if (lowest === undefined) {
      throw new Error('the fixture has no rungs');
    }
    for (const model of Object.values(modelsOf(measuredParts(real, baseline, lowest), real.runId))) {
      const adjustment = calibration.models.find(({ id }) => id === model.id)?.adjustment ?? model.first;
      const rates = [0.2, 0.4, 0.6, 0.8].map((utilisation) => utilisation / model.utilisation(1));
      expect(rates.map((rate) => model.utilisation(rate))).toEqual([0.2, 0.4, 0.6, 0.8].map((each) => expect.closeTo(each, 9)));
      const means = rates.map((ratePerSecond) => {
        const request = { model, adjustment, arrivals: 'poisson', ratePerSecond, seconds: 20, windows: 5, seed: 3 } as const;
        return meanWindow(simulatedWindows(request).responses).mean;
      });
      expect(means, model.id).toEqual(means.toSorted((a, b) => a - b));
    }
  });

  it('calibrates at another rung and predicts the lowest', () => {
    const [, second] = calibration.measured;
    const other = calibrate(real, { ...options, ratePerSecond: second?.ratePerSecond ?? 0 });
    expect(other.calibratedAtPerSecond).toBe(second?.ratePerSecond);
    for (const { rungs } of other.models) {
      expect(rungs.find(({ kind }) => kind === 'fit')?.ratePerSecond).toBe(second?.ratePerSecond);
      expect(rungs[0]?.kind).toBe('prediction');
    }
  });

  it('predicts nothing where the machine would be full', () => {
    const fivefold = calibrate(
      withRuns(({ phase, cpuSeconds = 0 }) => (phase === 'judged' ? { cpuSeconds: 5 * cpuSeconds } : {})),
      options,
    );
    const full = fivefold.models.find(({ id }) => id === 'shared-machine')?.rungs.filter(({ utilisation }) => utilisation >= 1) ?? [];
    expect(full.length).toBeGreaterThan(0);
    for (const rung of full) {
      expect(rung).toMatchObject({ kind: 'unstable' });
      expect(rung.figures).toBeUndefined();
    }
  });

  it('says where each figure came from, and what the result does not tell', () => {
    expect(calibration.sources.map(({ figure }) => figure)).toEqual(
      expect.arrayContaining(['CPU of the query tier per job', 'time of one shard', 'cores of the machine']),
    );
    expect(calibration.notTold.join('\n')).toMatch(/stragglers/);
    const { notTold } = calibrate(
      withRuns(({ validity }) => ({ validity: { ...validity, checks: [] } })),
      options,
    );
    expect(notTold.join('\n')).toMatch(/CPU of the load generator/);
  });

  it('finds a planted machine again and predicts its other rates', () => {
    const rates = [60, 150, 300, 450];
    const found = calibrate(plantedResult(real, rates, 120), { seed: 5, windows: 4 });
    const shared = found.models.find(({ id }) => id === 'shared-machine');
    expect(shared?.rungs.map(({ kind }) => kind)).toEqual(['fit', 'prediction', 'prediction', 'prediction']);
    for (const { ratePerSecond, utilisation, figures } of shared?.rungs ?? []) {
      expect(utilisation).toBeCloseTo((ratePerSecond * 3) / 2000, 1);
      for (const tail of ['p50', 'p95', 'p99'] as const) {
        expect(Math.abs(figures?.[tail].error ?? 1), `${tail} at ${ratePerSecond}/s`).toBeLessThan(0.1);
      }
    }
  });
});

describe('calibration refuses', () => {
  const none = (result: Result, asked: Partial<CalibrationOptions> = {}) => failureOf(() => calibrate(result, { ...options, ...asked }));

  it('another scenario', () => {
    const failure = none({ ...real, scenario: 'load-test' });
    expect(failure).toMatchObject({ code: 'other_scenario', exitCode: 78 });
    expect(failure.message).toContain('"load-test"');
    expect(failure.hint).toContain('single-vs-sharded');
  });

  it('a partial result, with its reason', () => {
    const failure = none({ ...real, status: 'partial', partialReason: 'interrupted by SIGINT' });
    expect(failure).toMatchObject({ code: 'partial_result', exitCode: 78 });
    expect(failure.message).toContain('interrupted by SIGINT');
    expect(failure.hint).toBeDefined();
  });

  it('a simulated result', () => {
    const failure = none({ ...real, platform: { ...real.platform, id: 'simulated' } });
    expect(failure).toMatchObject({ code: 'simulated_result', exitCode: 78 });
    expect(failure.message).toContain(real.runId);
  });

  it('a result without a ladder, naming the rates that it has', () => {
    const failure = none(changed(({ runs }) => ({ runs: runs.filter(({ phase }) => phase === 'judged') })));
    expect(failure).toMatchObject({ code: 'no_rungs', exitCode: 78 });
    expect(failure.message).toContain('1 rate that can be compared');
    expect(failure.hint).toContain('ladder');
  });

  it('a result whose every step was invalid, with the reasons', () => {
    const failure = none(withRuns(() => ({ validity: { verdict: 'invalid', reasons: ['too late'], checks: [] } })));
    expect(failure).toMatchObject({ code: 'no_rungs', exitCode: 78 });
    expect(failure.message).toContain('0 rates');
    expect(failure.message).toContain('too late');
  });

  it('a variant and a rate that are not there, with those that are', () => {
    const variant = none(real, { variant: 'singel' });
    expect(variant).toMatchObject({ code: 'unknown_variant', exitCode: 78 });
    expect(variant.hint).toContain('did you mean "single"?');
    const rate = none(real, { ratePerSecond: 81 });
    expect(rate).toMatchObject({ code: 'unknown_rate', exitCode: 78 });
    expect(rate.message).toContain('81/s');
    expect(rate.hint).toContain(`${real.settings.judgedRatePerSecond}/s`);
  });

  it('a result without CPU times or without a distribution', () => {
    expect(none(changed(() => ({ processes: [] })))).toMatchObject({ code: 'not_calibratable', exitCode: 78 });
    expect(none(changed(() => ({ curves: [] }))).message).toContain('curves');
  });
});

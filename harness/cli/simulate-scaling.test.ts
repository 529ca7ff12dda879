import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Result, resultSchema } from '../contract/result.ts';
import { simulatedSystemSchema } from '../contract/simulation.ts';
import { failureOf, printed } from './testing/printed.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const chapterA = fixture('autoscalers/chapter-a-hpa.yaml');
const scaledObject = fixture('autoscalers/ask-scaled-object.yaml');
const spike = fixture('rate-series/spike.csv');
const rangeQuery = fixture('rate-series/range-query.json');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'simulate-scaling-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const run = (...words: (string | readonly string[])[]) => printed(['simulate', 'scaling', ...words.flat()]);
const refusalOf = (...words: string[]) => failureOf(run(...words));

/** A short steady load: 20/s for two minutes. */
const steady = 'time,rps\n0,20\n60,20\n';

/** Small and fast: two minutes, one replication. */
async function simulated(
  name: string,
  ...words: (string | readonly string[])[]
): Promise<{ exitCode: number; result: Result; stderr: string }> {
  const load = await written('steady.csv', steady);
  const { exitCode, stdout, stderr } = await run(
    ['--autoscaler', chapterA, '--load', load, '--replications', '1', '--json', '--out', path.join(folder, name)],
    ...words,
  );
  return { exitCode, result: resultSchema.parse(JSON.parse(stdout)), stderr };
}

const variantOf = ({ variants }: Result, id: string) => variants.find((variant) => variant.id === id)?.simulated;

describe('simulate scaling', () => {
  it("scales chapter A's HPA out under a spike and in again, within its bounds and beside both bounds", async () => {
    const out = path.join(folder, 'spike');
    const { exitCode, stdout } = await run(
      ['--autoscaler', chapterA, '--load', spike, '--against', 'ratio', '--replications', '1', '--cost-per-replica-hour', '0.1'],
      ['--quiet', '--out', out],
    );
    const result = resultSchema.parse(JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8')));
    expect(result.platform.id).toBe('simulated');
    expect(result.variants.map(({ id }) => id)).toEqual(['chapter-a-hpa', 'ratio', 'static-at-peak', 'clairvoyant']);
    for (const { simulated: variant } of result.variants) {
      expect(variant?.replications).toBe(1);
      expect(variant?.variant.seconds).toBe(2400);
      expect(variant?.variant.system.source.kind).toBe('assumed');
    }

    const hpa = variantOf(result, 'chapter-a-hpa');
    const replicas = hpa?.run.ready.map((step) => step.replicas) ?? [];
    expect(replicas[0]).toBe(3);
    expect(Math.max(...replicas)).toBeGreaterThan(3);
    expect(Math.max(...replicas)).toBeLessThanOrEqual(20);
    expect(Math.min(...replicas)).toBe(3);
    // It waits a minute, adds at most four pods a minute, and takes away one every two minutes after five: that is chapter A's behaviour.
    const decisions = hpa?.run.decisions ?? [];
    expect(decisions[0]?.atSeconds).toBeGreaterThanOrEqual(660);
    for (const [index, { atSeconds, from, to }] of decisions.entries()) {
      const before = decisions[index - 1];
      expect(to - from).toBeLessThanOrEqual(4);
      expect(to - from).toBeGreaterThanOrEqual(-1);
      expect(to < from && before !== undefined ? atSeconds - before.atSeconds : 120).toBeGreaterThanOrEqual(120);
    }
    const seconds = (id: string) => variantOf(result, id)?.estimates.replicaSeconds?.mean ?? Number.NaN;
    expect(seconds('clairvoyant')).toBeLessThan(seconds('static-at-peak'));
    expect(seconds('chapter-a-hpa')).toBeLessThan(seconds('static-at-peak'));
    const violation = (id: string) => variantOf(result, id)?.estimates.sloViolationSeconds?.mean ?? Number.NaN;
    expect(violation('static-at-peak')).toBeLessThanOrEqual(violation('chapter-a-hpa'));

    // Judged is the autoscaler alone, and the exit code tells of it.
    expect(result.slos.map(({ perVariant }) => perVariant.map(({ variant }) => variant))).toEqual([['chapter-a-hpa'], ['chapter-a-hpa']]);
    expect(exitCode).toBe(result.verdict === 'fail' ? 99 : 0);

    // The checks come first.
    expect(stdout).toMatch(/^static checks of chapter-a-hpa: \d+ findings?\n {2}.*readinessProbe .*\[readiness-ignores-warm-up\]/);
    expect(hpa?.staticFindings?.map(({ check }) => check)).toContain('readiness-ignores-warm-up');
    for (const file of ['report.html', 'summary.md']) {
      expect(await readFile(path.join(out, file), 'utf8')).toContain('chapter-a-hpa');
    }
    const { command } = result.provenance;
    for (const word of [
      `npm run -s scenario -- simulate scaling --autoscaler ${chapterA} --load ${spike} --against ratio`,
      '--scale 1 --goal p95=3000ms --errors 0.01 --cpu-request 1000m --memory-request 2147483648 --initial-replicas 3',
      '--cost-per-replica-hour 0.1 --replications 1 --seed 1',
    ]) {
      expect(command).toContain(word);
    }
  }, 120_000);

  it('gives the same result again by the command that reproduces it', async () => {
    const first = await simulated('first', '--seed', '7', '--replications', '2');
    expect(variantOf(first.result, 'chapter-a-hpa')?.replications).toBe(2);
    const words = first.result.provenance.command.split(' ').slice(7);
    const { stdout } = await run(...words, '--json', '--quiet', '--out', path.join(folder, 'again'));
    const again = resultSchema.parse(JSON.parse(stdout));
    expect(again.provenance.command).toBe(first.result.provenance.command);
    expect(again.provenance.configurationHash).toBe(first.result.provenance.configurationHash);
    expect(again.variants).toEqual(first.result.variants);
  });

  it('fails an autoscaler that is unstable where more replicas would not have been', async () => {
    const manifest = await readFile(chapterA, 'utf8');
    const few = await written('few.yaml', manifest.replace('maxReplicas: 20', 'maxReplicas: 3'));
    const { exitCode, result } = await simulated('few', '--autoscaler', few, '--scale', '15');
    expect(variantOf(result, 'few')).toMatchObject({ unstable: 1, run: { stability: { verdict: 'unstable' } } });
    // No mean of an unstable replication is told.
    expect(variantOf(result, 'few')?.estimates).toEqual({});
    expect(variantOf(result, 'static-at-peak')).toMatchObject({ unstable: 0 });
    expect(variantOf(result, 'few')?.staticFindings).toContainEqual(expect.objectContaining({ check: 'target-unreachable' }));
    expect(result.checkers).toContainEqual(expect.objectContaining({ id: 'stable', verdict: 'fail', violations: 1 }));
    expect(result.verdict).toBe('fail');
    expect(exitCode).toBe(99);
  });

  it('reports a load that no number of replicas carries as unstable, and averages nothing', async () => {
    const system = parse(await readFile(fixture('service-times/assumed.yaml'), 'utf8')) as { provider: object };
    const times = await written('slots.yaml', stringify({ ...system, provider: { ...system.provider, slots: 5 } }));
    const load = await written('steady.csv', steady);
    const out = path.join(folder, 'slots');
    const { exitCode, stdout } = await run([
      '--autoscaler',
      chapterA,
      '--load',
      load,
      '--service-times',
      times,
      '--replications',
      '1',
      '--quiet',
      '--out',
      out,
    ]);
    const result = resultSchema.parse(JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8')));
    expect(result.variants.map(({ simulated: variant }) => variant?.unstable)).toEqual([1, 1, 1]);
    expect(result.verdict).toBe('no-data');
    expect(exitCode).toBe(97);
    expect(stdout).toContain('unstable');
  });

  it('takes a ScaledObject, service times, requests and a goal of the user', async () => {
    const system = parse(await readFile(fixture('service-times/assumed.yaml'), 'utf8')) as object;
    const times = await written('mine.json', JSON.stringify({ ...system, source: { kind: 'measured', text: 'by me' } }));
    const { result, stderr } = await simulated(
      'mine',
      ['--autoscaler', scaledObject, '--service-times', times, '--cpu-request', '500m', '--memory-request', '1Gi'],
      ['--goal', 'p99=4s', '--errors', '2%', '--initial-replicas', '2', '--scale', '0.5'],
    );
    const mine = variantOf(result, 'ask-scaled-object')?.variant;
    expect(mine).toMatchObject({
      goal: { percentile: 99, responseMs: 4000, errorShare: 0.02 },
      initialReplicas: 2,
      load: { profile: { steps: [{ fromSeconds: 0, ratePerSecond: 10 }] } },
      system: { source: { text: 'by me' }, query: { requests: { cpuMillicores: 500, memoryBytes: 1024 ** 3 } } },
      controller: { by: 'rule', settings: { type: 'keda' } },
    });
    expect(stderr).toContain('service times: measured, by me');
  });

  it('says loudly that service times are assumed, and reads a range query', async () => {
    const { stderr, result } = await simulated('sum', '--load', rangeQuery, '--sum');
    expect(stderr).toContain('service times are ASSUMED, nothing was measured');
    expect(stderr).toContain('Prometheus range query, sum of 2 series, 10 samples 60 s apart');
    expect(variantOf(result, 'chapter-a-hpa')?.variant.seconds).toBe(600);
  });

  it('compares with rules by name and by file', async () => {
    const mine = await written('mine.yaml', 'type: static\nreplicas: 4\n');
    const { result } = await simulated(
      'against',
      '--against',
      'capacity-80',
      '--against',
      mine,
      '--against',
      scaledObject,
      '--against',
      'hpa',
    );
    const ids = ['chapter-a-hpa', 'capacity-80', 'mine', 'ask-scaled-object', 'hpa', 'static-at-peak', 'clairvoyant'];
    expect(result.variants.map(({ id }) => id)).toEqual(ids);
    expect(variantOf(result, 'mine')?.run.decisions[0]?.to).toBe(4);
    expect(variantOf(result, 'capacity-80')?.variant.controller).toMatchObject({
      settings: { capacityPerReplicaPerSecond: variantOf(result, 'capacity-80')?.capacityPerReplica.ratePerSecond, maxReplicas: 20 },
    });
  });

  it('prints a template that it reads', async () => {
    const { exitCode, stdout } = await run('--print-template');
    expect(exitCode).toBe(0);
    expect(simulatedSystemSchema.parse(parse(stdout)).source.kind).toBe('assumed');
  });

  it('stops before the simulation where --strict meets a finding', async () => {
    const out = path.join(folder, 'strict');
    const failure = await refusalOf('--autoscaler', chapterA, '--load', spike, '--strict', '--out', out);
    expect(failure).toMatchObject({ code: 'static_findings', exitCode: 78 });
    await expect(readFile(path.join(out, 'result.json'))).rejects.toThrow();
  });

  it.each([
    [['--load', 'absent.csv'], 'no_file', 64, 'absent.csv'],
    [['--autoscaler', 'absent.yaml'], 'no_file', 64, 'absent.yaml'],
    [['--autoscaler', spike], 'invalid_configuration', 78, 'spike.csv is not valid'],
    [['--load', chapterA], 'invalid_rate_series', 78, 'chapter-a-hpa.yaml, line 1'],
    [['--load', rangeQuery], 'several_series', 78, 'holds 2 series'],
    [['--service-times', chapterA], 'invalid_configuration', 78, 'kind: unknown field "kind"'],
    [['--against', 'rato'], 'unknown_rule', 64, 'rato'],
    [['--against', 'scheduled'], 'rule_needs_settings', 78, 'scheduled'],
    [['--metric', 'rps=arrivalsPerSecond'], 'unknown_metric', 78, '"rps"'],
    [['--metric', 'rps=arrivals'], 'invalid_argument', 64, 'figures are arrivalsPerSecond'],
    [['--goal', 'p90=3s'], 'invalid_argument', 64, 'percentiles are p50, p95, p99'],
    [['--goal', 'p95=0ms'], 'invalid_argument', 64, 'p95=3000ms'],
    [['--goal', 'p95=100ms'], 'goal_unreachable', 78, '100 ms'],
    [['--errors', '2'], 'invalid_argument', 64, '"2"'],
    [['--scale', '0'], 'invalid_argument', 64, '"0"'],
    [['--scale', '-1'], 'invalid_argument', 64, '"-1"'],
    [['--cpu-request', 'much'], 'invalid_argument', 64, 'no quantity'],
    [['--memory-request', '0'], 'invalid_argument', 64, 'not above 0'],
    [['--initial-replicas', '1.5'], 'invalid_argument', 64, '"1.5"'],
    [['--replications', '0'], 'invalid_argument', 64, '"0"'],
    [['--cost-per-replica-hour', '-1'], 'invalid_argument', 64, '"-1"'],
    [['--sum', '--series', 'rps'], 'series_and_sum', 64, 'contradict'],
    [['--out', folder || tmpdir()], 'output_not_empty', 78, 'already holds'],
    [['stray'], 'unexpected_argument', 64, '"stray"'],
  ])('refuses %j as %s with exit %i', async (words, code, exitCode, value) => {
    const failure = await refusalOf(
      '--autoscaler',
      chapterA,
      '--load',
      spike,
      '--replications',
      '1',
      '--quiet',
      '--out',
      path.join(folder, 'refused'),
      ...words,
    );
    expect(failure).toMatchObject({ code, exitCode });
    expect(failure.message).toContain(value);
    await rm(path.join(folder, 'refused'), { recursive: true, force: true });
  });

  it('refuses every slip of an autoscaler by its path, value and hint', async () => {
    const manifest = await readFile(chapterA, 'utf8');
    for (const [before, after, message] of [
      ['minReplicas: 3', 'minReplica: 3', 'spec.minReplica: unknown field "minReplica"; did you mean "minReplicas"?'],
      ['minReplicas: 3', 'minReplicas: 21', 'spec.maxReplicas: is 20, less than minReplicas 21'],
      ['averageUtilization: 70', 'averageUtilization: 0', 'averageUtilization: Too small: expected number to be >0, received 0'],
      ['averageUtilization: 70', 'averageUtilization: 70\n          value: 5', 'value: is "5", which contradicts type "Utilization"'],
      ['periodSeconds: 60', '', 'spec.behavior.scaleUp.policies[0].periodSeconds: is missing'],
    ] as const) {
      const file = await written('slip.yaml', manifest.replace(before, after));
      const failure = await refusalOf('--autoscaler', file, '--load', spike);
      expect(failure.exitCode).toBe(78);
      expect(failure.message).toContain(message);
    }
  });

  it('needs an autoscaler and a load, and exits 97 on a load of nothing', async () => {
    expect(await refusalOf('--load', spike)).toMatchObject({
      code: 'missing_option',
      exitCode: 64,
      message: expect.stringContaining('--autoscaler'),
    });
    expect(await refusalOf('--autoscaler', chapterA)).toMatchObject({
      code: 'missing_option',
      exitCode: 64,
      message: expect.stringContaining('--load'),
    });
    const zeros = await written('zeros.csv', 'time,rps\n0,0\n60,0\n');
    expect(await refusalOf('--autoscaler', chapterA, '--load', zeros)).toMatchObject({ code: 'empty_rate_series', exitCode: 97 });
  });
});

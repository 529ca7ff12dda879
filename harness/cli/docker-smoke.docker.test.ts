import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, resultSchema } from '../contract/result.ts';
import { openEngine } from '../platform/docker/engine.ts';
import { dockerLack, leftOut } from '../platform/docker/testing/available.ts';
import { engineLeftovers } from '../platform/docker/testing/engine-leftovers.ts';
import { startScenario } from './testing/scenario-process.ts';

const lack = await dockerLack();

/** Every field that a result has, list positions and variable keys aside. */
function fieldsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => fieldsOf(item, `${at}[]`));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => fieldsOf(item, at === '' ? key : `${at}.${key}`));
  }
  return [at];
}

const fieldSet = (result: Result) => new Set(fieldsOf(result));

/** What only enforced quotas and images have to tell. */
const onlyOnDocker = [
  'components[].image',
  'components[].standIn',
  'platform.engine',
  'variants[].processes[].quota.cpus',
  'variants[].processes[].quota.memoryMiB',
  'variants[].processes[].throttledPeriodShare',
  'variants[].processes[].throttledSeconds',
];

/** What a noisy machine adds to either: errors of an unlucky moment, and why a repetition did not count. */
const ofChance =
  /^variants\[\]\.(errors\[\]|runs\[\]\.(counts\.failed|validity\.reasons|brokenLimits|passed))|^validity\.reasons|\.why$|\.exampleRequestIds|\.margin$|^checkers\[\]|\.interval\.|^comparisons|^leftOut/;

const jobsOf = ({ variants }: Result) =>
  variants.map(({ id, runs }) => [
    id,
    runs
      .filter(({ phase }) => phase === 'judged')
      .slice(0, 1)
      .map(({ counts, offeredPerSecond }) => [counts.issued, offeredPerSecond]),
  ]);

async function hashesOf(folder: string): Promise<string[]> {
  const steps = (await readdir(path.join(folder, 'steps'))).sort().slice(0, 4);
  return Promise.all(
    steps.map(async (step) => {
      const { generator } = JSON.parse(await readFile(path.join(folder, 'steps', step, 'observation.json'), 'utf8')) as {
        generator: { scheduleHash: string };
      };
      return `${step} ${generator.scheduleHash}`;
    }),
  );
}

describe.skipIf(lack !== undefined)(`single-vs-sharded --profile smoke on both platforms${leftOut(lack)}`, () => {
  let directory = '';
  const results = {} as Record<'local' | 'docker', Result>;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-both-'));
    for (const platform of ['local', 'docker'] as const) {
      const words = [
        'single-vs-sharded',
        '--profile',
        'smoke',
        '--platform',
        platform,
        '--variants',
        'single,router-hash-3',
        '--json',
        '--quiet',
      ];
      const run = startScenario(path.join(directory, platform), words);
      const code = await run.ended;
      // 75 is a noisy machine, which neither platform can help.
      expect([0, 75, 99], run.stderr()).toContain(code);
      results[platform] = resultSchema.parse(JSON.parse(run.stdout()));
    }
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('tells the same fields, and on Docker those of quotas and images besides', () => {
    const [local, docker] = [fieldSet(results.local), fieldSet(results.docker)];
    const isSure = (field: string) => !ofChance.test(field);
    expect([...docker].filter((field) => !local.has(field) && isSure(field)).sort()).toEqual(onlyOnDocker);
    expect([...local].filter((field) => !docker.has(field) && isSure(field))).toEqual([]);
  });

  it('asked the same of the same corpus at the same times', async () => {
    const { local, docker } = results;
    for (const field of ['scenario', 'question', 'profile', 'settings', 'workload', 'seed', 'baseline', 'status'] as const) {
      expect(docker[field]).toEqual(local[field]);
    }
    expect(docker.variants.map(({ id, topology, shards }) => ({ id, topology, shards }))).toEqual(
      local.variants.map(({ id, topology, shards }) => ({ id, topology, shards })),
    );
    expect(jobsOf(docker)).toEqual(jobsOf(local));
    expect(await hashesOf(path.join(directory, 'docker'))).toEqual(await hashesOf(path.join(directory, 'local')));
  });

  it('found the same answers: recall and completeness do not depend on the platform', () => {
    for (const [index, variant] of results.docker.variants.entries()) {
      const { metrics } = results.local.variants[index] ?? variant;
      for (const metric of ['recall-at-10', 'complete-answer-ratio', 'shard-balance'] as const) {
        expect(variant.metrics[metric]?.value, `${metric} of ${variant.id}`).toBe(metrics[metric]?.value);
      }
    }
  });

  it('names engine, images and quotas, and leaves nothing in the engine', async () => {
    const { docker } = results;
    expect(docker.platform).toMatchObject({ id: 'docker', requested: 'docker', engine: expect.stringContaining('Docker Engine') });
    for (const variant of docker.variants) {
      const vector = variant.processes.filter(({ tier }) => tier === 'vector');
      const cpus = vector.reduce((sum, { quota }) => sum + (quota?.cpus ?? Number.NaN), 0);
      expect(cpus).toBeGreaterThan(0.49);
      expect(cpus).toBeLessThanOrEqual(0.5);
    }
    for (const { image, standIn } of docker.components) {
      expect(image).toBeTruthy();
      if (standIn === true) {
        expect(await readFile(path.join(directory, 'docker', 'summary.md'), 'utf8')).toContain('stand-in image');
        expect(await readFile(path.join(directory, 'docker', 'report.html'), 'utf8')).toContain('stand-in image');
      }
    }
    expect(existsSync(path.join(directory, 'docker', 'logs', 'single', 'vector-0.log'))).toBe(true);
    expect(await engineLeftovers((await openEngine()).client, docker.runId)).toEqual([]);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { single } from '../../../scenarios/topologies.ts';
import type { StartRequest } from '../platform.ts';
import { chooseImages } from './choose-images.ts';
import { DockerPlatform } from './docker-platform.ts';
import { openEngine } from './engine.ts';
import { sweepDeadRuns } from './removal.ts';
import { ownerMark, runLabels } from './run-labels.ts';
import { dockerLack, leftOut } from './testing/available.ts';
import { engineLeftovers, engineLeftoversAfter } from './testing/engine-leftovers.ts';

const lack = await dockerLack();

describe.skipIf(lack !== undefined)(`trouble on the Docker platform${leftOut(lack)}`, () => {
  let runDirectory = '';
  let runId = '';
  beforeEach(async () => {
    runDirectory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
    runId = `trouble-${process.pid}-${Date.now()}`;
  });
  afterEach(async () => {
    expect(await engineLeftoversAfter((await openEngine()).client, runId, 5000)).toEqual([]);
    await rm(runDirectory, { recursive: true });
  });
  const request = (more: Partial<StartRequest> = {}): StartRequest => ({
    runId,
    runDirectory,
    variant: 'single',
    topology: single,
    dimensions: 32,
    conceptCount: 64,
    conceptSeed: 1,
    tenants: ['acme'],
    ...more,
  });
  /** The image that serves a role here, to be put where it does not belong. */
  const imageOf = async (role: 'redis' | 'postgres') => (await chooseImages((await openEngine()).client))[role].name;

  it('names an image that is not there, who asked for it, and how to get it', async () => {
    const platform = new DockerPlatform({ environment: { RAG_TESTBED_QDRANT_IMAGE: 'rag-testbed/none:0' } });
    await expect(platform.start(request())).rejects.toMatchObject({
      code: 'image_missing',
      exitCode: 75,
      message: 'the qdrant image rag-testbed/none:0 is not on this machine',
      hint: expect.stringContaining('RAG_TESTBED_QDRANT_IMAGE'),
    });
  });

  it('tells the last lines of a container that ends before it is ready', async () => {
    // PostgreSQL without a password says so and ends.
    const platform = new DockerPlatform({ images: { qdrant: await imageOf('postgres') } });
    await expect(platform.start(request())).rejects.toMatchObject({
      code: expect.stringMatching(/^part_(exited|not_ready)$/),
      exitCode: 75,
      message: expect.stringMatching(
        /^vector-0 of single \(image .*postgres.*\) ended with exit code [1-9].*before it was ready; its last lines:\n[\s\S]*POSTGRES_PASSWORD/,
      ),
      hint: expect.stringContaining('right image'),
    });
  });

  it('gives up on a container that runs and never becomes ready', async () => {
    const platform = new DockerPlatform({ images: { qdrant: await imageOf('redis') } });
    await expect(platform.start(request())).rejects.toMatchObject({
      code: 'part_not_ready',
      exitCode: 75,
      message: expect.stringMatching(
        /^vector-0 of single .* was not ready within 20000 ms \([^)]+\); its last lines:\n[\s\S]*Ready to accept connections/,
      ),
    });
  });

  it('says when a part does not fit into its memory', async () => {
    const topology = { ...single, quota: { cpus: 0.5, memoryMiB: 16 } };
    await expect(new DockerPlatform().start(request({ topology }))).rejects.toMatchObject({
      exitCode: 75,
      message: expect.stringMatching(/^vector-0 of single .*memory/),
      hint: expect.stringContaining('--memory'),
    });
  });

  it.each([
    [{ cpus: 1000, memoryMiB: 1024 }, /^vector-0 of single may use 1000 cores, the machine has \d+$/],
    [{ cpus: 0.5, memoryMiB: 1e9 }, /^vector-0 of single may use 1000000000 MiB, the machine has \d+ MiB$/],
  ])('refuses a quota above the machine before anything starts: %j', async (quota, message) => {
    const events: string[] = [];
    const start = new DockerPlatform().start(request({ topology: { ...single, quota }, onEvent: (event) => events.push(event) }));
    await expect(start).rejects.toMatchObject({ code: 'quota_above_machine', exitCode: 75, message: expect.stringMatching(message) });
    expect(events).toEqual([]);
  });
});

describe.skipIf(lack !== undefined)(`the sweep${leftOut(lack)}`, () => {
  it('removes what dead runs left, and nothing of the living or of strangers', async () => {
    const { client } = await openEngine();
    const created = Date.now();
    const owners = {
      dead: JSON.stringify({ ...(JSON.parse(ownerMark()) as object), started: '1' }),
      living: ownerMark(),
      stranger: JSON.stringify({ ...(JSON.parse(ownerMark()) as object), machine: 'elsewhere' }),
    };
    const runs = Object.fromEntries(Object.keys(owners).map((who) => [who, `sweep-${who}-${created}`])) as Record<
      keyof typeof owners,
      string
    >;
    for (const [who, owner] of Object.entries(owners)) {
      const run = runs[who as keyof typeof owners];
      const labels = { [runLabels.run]: run, [runLabels.owner]: owner };
      await client.createVolume({ Name: run, Labels: labels });
      await client.createNetwork({ Name: run, Labels: labels });
    }
    try {
      expect(await sweepDeadRuns(client)).toContain(runs.dead);
      expect(await engineLeftovers(client, runs.dead)).toEqual([]);
      for (const spared of [runs.living, runs.stranger]) {
        expect(await engineLeftovers(client, spared)).toEqual([`network ${spared}`, `volume ${spared}`]);
      }
    } finally {
      for (const run of [runs.living, runs.stranger]) {
        await client.getNetwork(run).remove();
        await client.getVolume(run).remove();
      }
    }
  });
});

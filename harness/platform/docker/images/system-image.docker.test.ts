import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '../engine.ts';
import { leftOut, standInLack } from '../testing/available.ts';
import { imageLabels, projectVersion } from './names.ts';
import { sourcesHash } from './sources.ts';
import { buildSystemImage } from './system-image.ts';
import { buildLocalBaseImages, localBaseImages } from './testing/base-images.ts';
import { exitCodeWhenStopped } from './testing/stopped.ts';

process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
const lack = await standInLack();
const name = 'rag-testbed-test/system:latest';
const largestBytes = 250e6;
/** What the real base brings more than ours: time zones, certificates, OpenSSL. */
const distrolessBytes = 30e6;
const lines: string[] = [];
let engine: Engine;

describe.skipIf(lack !== undefined)(`the Dockerfile${leftOut(lack)}`, () => {
  /* The Dockerfile itself, on base images that need no registry. Only `npm ci` does not fetch: see testing/base-images.ts. */
  beforeAll(async () => {
    engine = await openEngine();
    await buildLocalBaseImages(engine.client);
    await buildSystemImage(engine.client, { name, baseImages: localBaseImages, onLine: (line) => lines.push(line) });
  });

  afterAll(async () => {
    for (const image of [name, ...Object.values(localBaseImages)]) {
      await engine.client.getImage(image).remove();
    }
    // The stages before the last one are left without a name.
    await engine.client.pruneImages({ filters: JSON.stringify({ dangling: ['true'], label: ['rag-testbed.stage=builder'] }) });
  });

  it('builds an image that is small, labelled, checks its health and runs as nobody of importance', async () => {
    const { Config: config, Size: sizeBytes } = await engine.client.getImage(name).inspect();
    expect(sizeBytes).toBeLessThan(largestBytes - distrolessBytes);
    expect(config.User).toBe('65532:65532');
    expect(config.Healthcheck?.Test).toEqual(['CMD', 'node', '/app/system/runtime/healthcheck.ts']);
    expect(config.Labels).toMatchObject({
      [imageLabels.sources]: await sourcesHash(),
      [imageLabels.engineVersion]: await projectVersion(),
    });
    expect(config.Labels[imageLabels.standIn]).toBeUndefined();
    expect(lines.filter((line) => line.startsWith('Step ')).length).toBeGreaterThan(10);
  });

  it('runs a vector node that may write its storage, on the pinned Node with the library that the base lacks', async () => {
    await using container = await new GenericContainer(name)
      .withCommand(['node', 'system/vector-node/main.ts'])
      .withExposedPorts(6333)
      .withWaitStrategy(Wait.forHttp('/readyz', 6333))
      .start();
    const url = `http://${container.getHost()}:${container.getMappedPort(6333)}/collections/one`;
    const body = JSON.stringify({ vectors: { size: 2, distance: 'Cosine' } });
    const answer = await fetch(url, { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(200);
    expect(await container.exec(['node', '-p', 'process.version'])).toMatchObject({ exitCode: 0, output: expect.stringContaining('v26.') });
    expect(await exitCodeWhenStopped(engine.client, container.getId())).toBe(0);
  });
});

import { createServer, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listenOnSocket } from '../doctor/testing/fixture-engine.ts';
import { openEngine } from '../platform/docker/engine.ts';
import { probeEngine } from '../platform/docker/engine-probe.ts';
import { imagesOf, rolesOfEveryTopology } from '../platform/docker/images-of-run.ts';
import { doctorReport } from './testing/doctor-child.ts';

const probe = await probeEngine();
const reason = probe.found === 'engine' ? '' : ` (skipped: ${probe.why})`;

/** The engine that the tests use, also where a variable names it. */
const environment: Record<string, string> = process.env.DOCKER_HOST === undefined ? {} : { DOCKER_HOST: process.env.DOCKER_HOST };

describe.skipIf(probe.found !== 'engine')(`doctor with the engine of this machine${reason}`, () => {
  it('says of engine and images what a run would find', async () => {
    const { client, version, cpus, memoryBytes, cgroupVersion, storageDriver } = await openEngine();
    const report = await doctorReport(['--platform', 'docker'], environment);
    const valuesOf = (id: string) => report.checks.find((check) => check.id === id)?.values;
    expect(valuesOf('engine')).toMatchObject({ found: 'engine', version });
    expect(valuesOf('engine-cgroups')).toMatchObject({ version: cgroupVersion });
    expect(valuesOf('engine-storage')).toEqual({ driver: storageDriver });
    expect(valuesOf('engine-quotas')).toEqual({ cpus, memoryBytes });
    // A run that may not pull refuses exactly those images that the doctor calls missing or stale.
    const asked = { commandLine: {}, environment, topology: {}, mayPull: false };
    const couldHaveImages = await imagesOf(client, rolesOfEveryTopology, asked).then(
      () => true,
      () => false,
    );
    const imageLacks = report.platforms.find(({ id }) => id === 'docker')?.lacks.filter((id) => id.startsWith('image-'));
    expect(imageLacks?.length === 0).toBe(couldHaveImages);
  });

  it.skipIf(!probe.endpoint.startsWith('unix:'))(
    'only asks, and changes nothing (skipped where the engine is not on this machine)',
    async () => {
      const asked: string[] = [];
      const toEngine = createServer((incoming, response) => {
        const { method = '', url = '', headers } = incoming;
        asked.push(`${method} ${url}`);
        const onward = request({ socketPath: new URL(probe.endpoint).pathname, path: url, method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        onward.once('error', (error) => response.destroy(error));
        incoming.pipe(onward);
      });
      await using proxy = await listenOnSocket(toEngine);
      const report = await doctorReport([], { DOCKER_HOST: proxy.host });
      expect(report.checks.find(({ id }) => id === 'engine')?.status).toBe('ok');
      expect(asked).toContain('GET /info');
      expect(asked.filter((question) => !question.startsWith('GET '))).toEqual([]);
    },
  );
});

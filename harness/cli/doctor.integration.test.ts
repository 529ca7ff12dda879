import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cells } from '../../reports/text-width.ts';
import type { DoctorReport } from '../doctor/report.ts';
import { listenOnSocket, realImages, standInImages, startFixtureEngine } from '../doctor/testing/fixture-engine.ts';
import { doctor, doctorReport } from './testing/doctor-child.ts';

const missingSocket = { DOCKER_HOST: 'unix:///nowhere/at/all/docker.sock' };

function statusOf({ checks }: DoctorReport, id: string) {
  const found = checks.find((check) => check.id === id);
  if (found === undefined) {
    throw new Error(`there is no check ${id}`);
  }
  return found;
}

function platformOf({ platforms }: DoctorReport, id: 'docker' | 'local') {
  const found = platforms.find((platform) => platform.id === id);
  if (found === undefined) {
    throw new Error(`platform ${id} is not in the report`);
  }
  return found;
}

/** So that no scenario that is added outgrows the machine on which the answers were recorded. */
const roomy = { NCPU: 64, MemTotal: 512 * 1024 ** 3 };
const roles = ['system', 'qdrant', 'redis', 'postgres'];

/** Needs messages that take their time, which only the local platform can arrange. */
const distantVariant = 'one-instance-pool-4';

describe('doctor without an engine', () => {
  it('is ready for auto, which takes local, and tells what gets the engine', async () => {
    const report = await doctorReport([], missingSocket);
    expect(report).toMatchObject({ verdict: 'ready', exitCode: 0, requested: 'auto', taken: { id: 'local' } });
    expect(report.taken.why).toContain('/nowhere/at/all/docker.sock');
    expect(statusOf(report, 'engine')).toMatchObject({ status: 'lack', values: { found: 'nothing' }, blocks: ['docker'] });
    expect(statusOf(report, 'engine').fix).toMatch(/^unset DOCKER_HOST$|docker/);
    expect(platformOf(report, 'docker')).toMatchObject({ ready: false, lacks: ['engine'], scenarios: [] });
    expect(platformOf(report, 'local').ready).toBe(true);
    for (const role of roles) {
      expect(statusOf(report, `image-${role}`).status).toBe('unknown');
    }
  });

  it('is unfit for --platform docker', async () => {
    const { code, stdout, stderr } = await doctor(['--platform', 'docker'], missingSocket);
    expect(code).toBe(75);
    expect(stderr).toBe('');
    expect(stdout).toContain('UNFIT  No run could start on the docker platform: Docker engine.');
    expect(stdout).toMatch(/^exit 75/m);
  });
});

describe('doctor with an engine that has no images', () => {
  it('is ready for auto, unfit for docker, and names the command that builds them', async () => {
    await using engine = await startFixtureEngine();
    const auto = await doctorReport([], { DOCKER_HOST: engine.host });
    expect(auto).toMatchObject({ verdict: 'ready', exitCode: 0, taken: { id: 'local' } });
    const docker = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: engine.host });
    expect(docker).toMatchObject({ verdict: 'unfit', exitCode: 75, taken: { id: 'docker' } });
    expect(platformOf(docker, 'docker').lacks).toEqual(['image-system', 'image-qdrant', 'image-postgres']);
    for (const role of roles) {
      // No topology of today needs Redis: its absence is worth a warning and blocks nothing.
      const status = role === 'redis' ? 'warn' : 'lack';
      expect(statusOf(docker, `image-${role}`)).toMatchObject({ status, values: { state: 'missing' }, fix: 'npm run images' });
    }
    expect(statusOf(docker, 'engine')).toMatchObject({ status: 'ok', values: { version: '20.10.24+dfsg1' } });
    expect(engine.asked.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  it('names the image that somebody chose and how to get that one', async () => {
    await using engine = await startFixtureEngine({ images: await realImages() });
    const environment = { DOCKER_HOST: engine.host, RAG_TESTBED_QDRANT_IMAGE: 'registry.example/qdrant:9' };
    const report = await doctorReport(['--platform', 'docker'], environment);
    expect(statusOf(report, 'image-qdrant')).toMatchObject({
      status: 'lack',
      values: { name: 'registry.example/qdrant:9', source: 'environment' },
      fix: 'docker pull registry.example/qdrant:9',
    });
    expect(report.exitCode).toBe(75);
  });
});

describe('doctor with stand-ins', () => {
  it('is ready on docker, says that they are stand-ins, and leaves out by name what needs a real Qdrant', async () => {
    await using engine = await startFixtureEngine({ images: await standInImages(), info: roomy });
    const report = await doctorReport([], { DOCKER_HOST: engine.host });
    expect(report).toMatchObject({ verdict: 'ready', exitCode: 0, taken: { id: 'docker' } });
    expect(report.taken.why).toContain('stand-ins for system, qdrant, postgres');
    for (const role of roles) {
      expect(statusOf(report, `image-${role}`)).toMatchObject({ status: 'warn', values: { state: 'stand-in', sizeBytes: 167e6 } });
    }
    for (const { leftOut, variants } of platformOf(report, 'docker').scenarios) {
      expect(variants.length).toBeGreaterThan(0);
      expect(variants.filter((id) => id.startsWith('qdrant-cluster'))).toEqual([]);
      expect(leftOut.every(({ variant, why }) => variant === distantVariant || why.includes('RAG_TESTBED_QDRANT_IMAGE'))).toBe(true);
    }
    expect(engine.asked.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  it('takes an image of other sources for stale, which a run refuses', async () => {
    const images = await standInImages();
    const stale = Object.fromEntries(
      Object.entries(images).map(([name, image]) => [
        name,
        { ...image, labels: { ...image.labels, 'rag-testbed.sources': 'of yesterday' } },
      ]),
    );
    await using engine = await startFixtureEngine({ images: stale });
    const report = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: engine.host });
    expect(report.exitCode).toBe(75);
    expect(statusOf(report, 'image-system')).toMatchObject({ status: 'lack', values: { state: 'stale' }, fix: 'npm run images' });
  });
});

describe('doctor with everything there', () => {
  it('is ready on docker with every variant', async () => {
    await using engine = await startFixtureEngine({ images: await realImages(), info: roomy });
    const report = await doctorReport([], { DOCKER_HOST: engine.host });
    expect(report).toMatchObject({ verdict: 'ready', exitCode: 0, taken: { id: 'docker' } });
    expect(platformOf(report, 'docker')).toMatchObject({ ready: true, lacks: [] });
    expect(platformOf(report, 'docker').scenarios.flatMap(({ leftOut }) => leftOut.map(({ variant }) => variant))).toEqual([
      distantVariant,
    ]);
    for (const role of roles) {
      expect(statusOf(report, `image-${role}`)).toMatchObject({ status: 'ok', values: { state: 'present' } });
    }
  });

  it('is unfit where the quotas are above the machine', async () => {
    await using engine = await startFixtureEngine({ images: await realImages(), info: { MemTotal: 1024 ** 3 } });
    const report = await doctorReport([], { DOCKER_HOST: engine.host });
    expect(report).toMatchObject({ verdict: 'unfit', exitCode: 75, taken: { id: 'docker' } });
    expect(statusOf(report, 'engine-quotas')).toMatchObject({ status: 'lack', observed: expect.stringContaining('1024 MiB') });
  });

  it('is unfit where the engine cannot limit CPU', async () => {
    await using engine = await startFixtureEngine({ images: await realImages(), info: { CpuCfsQuota: false } });
    const report = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: engine.host });
    expect(report.exitCode).toBe(75);
    expect(statusOf(report, 'engine-limits')).toMatchObject({ status: 'lack', observed: 'no CPU limits' });
  });
});

/** Root opens every socket unless it gives that right away. */
const withoutOverride = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override', '--inh-caps=-dac_override'] : [];
const [setpriv, ...setprivWords] = withoutOverride;
const canBeRefused = setpriv === undefined || spawnSync(setpriv, [...setprivWords, 'true']).status === 0;

describe('doctor with an engine that cannot be used', () => {
  it.skipIf(!canBeRefused)('tells that this user may not talk to it (skipped where root cannot give its rights away)', async () => {
    await using engine = await startFixtureEngine();
    await chmod(engine.socket, 0);
    const report = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: engine.host }, withoutOverride);
    expect(report.exitCode).toBe(75);
    expect(statusOf(report, 'engine')).toMatchObject({ status: 'lack', values: { found: 'no-permission' } });
    expect(statusOf(report, 'engine').fix).toContain('usermod -aG docker "$USER"');
    expect(engine.asked).toEqual([]);
  });

  it('tells that it is too old', async () => {
    await using engine = await startFixtureEngine({ version: { Version: '19.03.15' } });
    const report = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: engine.host });
    expect(report.exitCode).toBe(75);
    expect(statusOf(report, 'engine')).toMatchObject({ status: 'lack', values: { found: 'too-old' } });
    expect(statusOf(report, 'engine').observed).toContain('19.03.15');
  });

  it.each([
    ['anything', /./],
    ['/info', /^\/info$/],
    ['questions about images', /^\/images\//],
  ])('gives up on one that never answers %s, and ends', async (_what, silent) => {
    await using engine = await startFixtureEngine({ images: await realImages(), silent });
    const report = await doctorReport([], { DOCKER_HOST: engine.host });
    expect(report).toMatchObject({ exitCode: 0, taken: { id: 'local' } });
    expect(statusOf(report, 'engine')).toMatchObject({ status: 'lack', values: { found: 'no-answer' }, blocks: ['docker'] });
    expect(statusOf(report, 'engine').observed).toContain('no answer within 2000 ms');
    // Generous, because the machine may be busy; without a limit it would be the client's fifteen seconds and more.
    expect(report.elapsedMs).toBeLessThan(10_000);
  });

  it('takes something else that listens there for no engine', async () => {
    await using other = await listenOnSocket(createServer((_request, response) => response.end('<html>not docker</html>')));
    const report = await doctorReport(['--platform', 'docker'], { DOCKER_HOST: other.host });
    expect(statusOf(report, 'engine')).toMatchObject({ status: 'lack', values: { found: 'no-answer' } });
  });
});

describe('the text', () => {
  const start = '\u001b[';

  it('fits 80 columns without colours where it is piped; only commands and single words may be longer', async () => {
    await using engine = await startFixtureEngine({ images: await standInImages(), info: roomy });
    const { code, stdout } = await doctor([], { DOCKER_HOST: engine.host });
    expect(code).toBe(0);
    expect(stdout).not.toContain(start);
    const [findings = '', remedies = ''] = stdout.split('\nwhat mends it\n');
    const tooLong = findings.split('\n').filter((line) => cells(line) > 80 && line.trim().includes(' '));
    expect(tooLong).toEqual([]);
    expect(findings).toContain('READY  Every scenario can run now, on the docker platform.');
    expect(remedies).toMatch(/^ {2}npm run images\n {4}for system image, qdrant image, redis image, postgres image$/m);
    expect(stdout).toMatch(/^exit 0/m);
  });

  it('uses the width that COLUMNS tells, and colours where FORCE_COLOR asks for them', async () => {
    const { stdout } = await doctor([], { ...missingSocket, COLUMNS: '120', FORCE_COLOR: '1' });
    expect(stdout).toContain(start);
    expect(Math.max(...stripVTControlCharacters(stdout).split('\n').map(cells))).toBeGreaterThan(80);
  });
});

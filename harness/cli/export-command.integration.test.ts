import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { parseAndRun } from './program.ts';
import { exportedKeys } from './testing/exported-keys.ts';

let folder: string;
let told: { stdout: string; stderr: string };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-export-'));
  told = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      told[stream] += String(chunk);
      return true;
    });
  }
  // An export needs no engine; with none it names what a run would take where everything is.
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/no-engine.sock`);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

interface Service {
  readonly image: string;
  readonly environment: Record<string, string>;
  readonly cpus: number;
  readonly mem_limit: string;
}

const servicesOf = (text: string) => (parse(text) as { services: Record<string, Service> }).services;

it('writes the YAML on stdout, and the keys nowhere but on stderr', async () => {
  expect(await parseAndRun(['export', 'compose', 'single-vs-sharded', 'router-hash-3', '--qdrant-image', 'mirror/qdrant:1'])).toBe(0);
  const services = servicesOf(told.stdout);
  expect(services['vector-2']?.image).toBe('mirror/qdrant:1');
  expect(services.postgres?.image).toMatch(/^postgres:/);
  const keys = exportedKeys(told.stderr);
  expect(keys).toHaveLength(8);
  expect(keys.filter(({ key }) => told.stdout.includes(key))).toEqual([]);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(JSON.parse(services['gateway-0']?.environment.FILE_0 ?? '')).toEqual(
    keys.map(({ tenant, role, key }) => ({ tenant, role, keySha256: sha256(key) })),
  );
  expect(told.stderr).toMatch(/note: the system image \S+ is not on this machine: npm run images builds it/);
});

it('has new secrets in every export', async () => {
  const secrets = new Set<unknown>();
  for (let round = 0; round < 2; round++) {
    told.stdout = '';
    await parseAndRun(['export', 'compose', 'single-vs-sharded', 'single']);
    const { postgres, indexer } = servicesOf(told.stdout);
    secrets.add(postgres?.environment.POSTGRES_PASSWORD).add(indexer?.environment.INTERNAL_TOKEN);
  }
  expect(secrets.size).toBe(4);
});

it('divides the quota that was asked for by the resource rule', async () => {
  await parseAndRun(['export', 'compose', 'single-vs-sharded', 'router-hash-3', '--cpus', '1.5', '--memory', '3000']);
  expect(servicesOf(told.stdout)['vector-0']).toMatchObject({ cpus: 0.5, mem_limit: '1000m' });
});

it('renders Qdrant’s own cluster as one peer after the other', async () => {
  await parseAndRun(['export', 'compose', 'single-vs-sharded', 'qdrant-cluster-3']);
  const { 'vector-1': peer } = servicesOf(told.stdout) as Record<string, Service & { command: string[]; depends_on: object }>;
  expect(peer?.command).toEqual(['./qdrant', '--bootstrap', 'http://vector-0:6335', '--uri', 'http://vector-1:6335']);
  expect(peer?.depends_on).toEqual({ 'vector-0': { condition: 'service_healthy' } });
});

it('keeps a file that is there unless it is told to replace it, and lets nobody else read it', async () => {
  const file = path.join(folder, 'compose.yaml');
  const write = async (...flags: string[]) => parseAndRun(['export', 'compose', 'single-vs-sharded', 'single', '--out', file, ...flags]);
  expect(await write()).toBe(0);
  expect(told.stdout).toBe('');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const first = await readFile(file, 'utf8');
  told.stderr = '';
  await expect(write()).rejects.toMatchObject({ code: 'file_exists', exitCode: 64, hint: expect.stringContaining('--force') });
  expect(await readFile(file, 'utf8')).toBe(first);
  expect(exportedKeys(told.stderr)).toEqual([]);
  expect(await write('--force')).toBe(0);
  expect(await readFile(file, 'utf8')).not.toBe(first);
});

it('says so when the file cannot be written', async () => {
  const file = path.join(folder, 'nowhere', 'compose.yaml');
  await expect(parseAndRun(['export', 'compose', 'single-vs-sharded', 'single', '--out', file])).rejects.toMatchObject({
    code: 'file_not_writable',
    exitCode: 64,
    message: expect.stringContaining(file),
  });
});

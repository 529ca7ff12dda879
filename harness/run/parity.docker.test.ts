import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { routerHash } from '../../scenarios/topologies.ts';
import { headers } from '../../system/api/headers.ts';
import { searchResponseSchema } from '../../system/api/search.ts';
import type { Topology } from '../contract/topology.ts';
import { createQueries } from '../corpus/queries.ts';
import { DockerPlatform } from '../platform/docker/docker-platform.ts';
import { dockerLack, leftOut } from '../platform/docker/testing/available.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import type { Platform, RunningSystem } from '../platform/platform.ts';
import { corpusOf } from './corpus.ts';
import { fill } from './fill.ts';

const lack = await dockerLack();
const queryCount = 100;
const scoreTolerance = 1e-6;

const settings = { ...singleVsSharded.profiles.smoke, documents: 600, dimensions: 64 };
const { workload } = singleVsSharded;
const corpus = corpusOf({ workload, settings, seed: 5 });

async function started(platform: Platform, topology: Topology, runDirectory: string): Promise<RunningSystem> {
  const system = await platform.start({
    runId: `parity-${platform.id}-${process.pid}-${Date.now()}`,
    runDirectory: join(runDirectory, platform.id),
    variant: topology.id,
    topology,
    dimensions: settings.dimensions,
    conceptCount: workload.corpus.concepts,
    conceptSeed: 5,
    tenants: corpus.tenants,
  });
  await fill({ system, documents: corpus.documents, signal: AbortSignal.timeout(60_000) });
  return system;
}

describe.skipIf(lack !== undefined)(`the same system on processes and on containers${leftOut(lack)}`, () => {
  let directory = '';
  let systems: { readonly local: RunningSystem; readonly docker: RunningSystem };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rag-testbed-parity-'));
    const topology = routerHash(3);
    const local = await started(new LocalPlatform(), topology, directory);
    systems = { local, docker: await started(new DockerPlatform(), topology, directory) };
  });
  afterAll(async () => {
    await Promise.all(Object.values(systems).map(async (system) => system.stop()));
    await rm(directory, { recursive: true });
  });

  const keyOf = ({ apiKeys }: RunningSystem, tenant: string) =>
    apiKeys.find((key) => key.tenant === tenant && key.role === 'reader')?.key ?? '';
  const ask = async (
    system: RunningSystem,
    path: string,
    init: { readonly method?: string; readonly body?: string; readonly tenant?: string },
  ) => {
    const response = await fetch(`http://127.0.0.1:${system.gateways[0]?.port}${path}`, {
      method: init.method ?? 'POST',
      headers: {
        'content-type': 'application/json',
        [headers.requestId]: 'parity-1',
        ...(init.tenant === undefined ? {} : { [headers.apiKey]: keyOf(system, init.tenant) }),
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };

  it(`answers ${queryCount} queries with the same documents in the same order and scores within ${scoreTolerance}`, async () => {
    const queries = createQueries(corpus.space, { seed: 5, tenants: corpus.tenants, ...workload.queries, chineseShare: 0.4 }).open(
      5,
      'parity',
    );
    let compared = 0;
    for (let turn = 0; turn < queryCount; turn += 1) {
      const { tenant, text } = queries.next();
      const body = JSON.stringify({ query_text: text, top_k: 10 });
      const [local, docker] = await Promise.all(
        [systems.local, systems.docker].map(async (system) => {
          const answer = await ask(system, '/v1/search', { body, tenant });
          expect(answer.status, answer.text).toBe(200);
          return searchResponseSchema.parse(JSON.parse(answer.text)).results;
        }),
      );
      expect(docker?.map(({ doc_id: id }) => id)).toEqual(local?.map(({ doc_id: id }) => id));
      for (const [place, hit] of (docker ?? []).entries()) {
        expect(Math.abs(hit.score - (local?.[place]?.score ?? Number.NaN))).toBeLessThanOrEqual(scoreTolerance);
        compared += 1;
      }
    }
    expect(compared).toBe(queryCount * 10);
  });

  it.each([
    ['no key', '/v1/search', { body: '{}' }],
    ['broken JSON', '/v1/search', { body: '{"query_text":', tenant: 'tenant-0' }],
    ['unknown and wrong fields', '/v1/search', { body: '{"query":"x","top_k":-1}', tenant: 'tenant-0' }],
    ['a reader that writes', '/v1/documents', { body: '{"documents":[]}', tenant: 'tenant-0' }],
    ['a wrong method', '/v1/search', { method: 'DELETE', tenant: 'tenant-0' }],
    ['an unknown path', '/v1/nothing', { body: '{}', tenant: 'tenant-0' }],
    ['an unknown job', '/v1/jobs/999999', { method: 'GET', tenant: 'tenant-0' }],
  ])('refuses %s with the same bytes', async (_title, path, init) => {
    const tenant = 'tenant' in init ? { tenant: corpus.tenants[0] ?? '' } : {};
    const [local, docker] = await Promise.all([
      ask(systems.local, path, { ...init, ...tenant }),
      ask(systems.docker, path, { ...init, ...tenant }),
    ]);
    expect(local.status).toBeGreaterThanOrEqual(400);
    expect(docker).toEqual(local);
  });
});

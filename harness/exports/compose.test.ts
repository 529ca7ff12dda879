import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ApiKeyRecord } from '../../system/api/environment.ts';
import { Failure } from '../contract/failure.ts';
import { type ImageRole, imageRoleSchema, type Topology, topologySchema } from '../contract/topology.ts';
import { containerParts } from '../rendering/containers.ts';
import { type ComposeRequest, composeFile, exportLabel } from './compose.ts';
import type { ComposeImage, ComposeService } from './compose-service.ts';

const base: Topology = {
  id: 'any',
  gateway: { replicas: 1 },
  query: { replicas: 1 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { shards: 3, sharding: 'hash' },
  resourceRule: 'equal-total',
};
const apiKeys: ApiKeyRecord[] = ['tenant-1', 'tenant-2'].flatMap((tenant, index) =>
  (['writer', 'reader'] as const).map((role) => ({ tenant, role, keySha256: `${index}${role === 'writer' ? 'a' : 'b'}`.repeat(32) })),
);

function imagesNamed(volumes: readonly string[] = [], standIn = false): Record<ImageRole, ComposeImage> {
  const named = imageRoleSchema.options.map((role) => [
    role,
    { name: `registry.test:5000/${role}:1.2`, standIn, isOurs: standIn, volumes },
  ]);
  return Object.fromEntries(named) as Record<ImageRole, ComposeImage>;
}

function requestFor(topology: Topology, changes: Partial<ComposeRequest> = {}): ComposeRequest {
  return {
    scenario: 'any-scenario',
    variant: { id: 'any-variant', title: 'anything', topology },
    wiring: { topology, dimensions: 64, conceptCount: 16, conceptSeed: 1, internalToken: 'token-of-the-processes' },
    databasePassword: 'password-of-the-database',
    apiKeys,
    images: imagesNamed(),
    gatewayPort: 8080,
    publish: {},
    origin: { version: '0.1.0', commit: 'abc', dirty: false, command: 'npm run export', fileName: 'compose.yaml' },
    ...changes,
  };
}

interface ComposeFile {
  readonly services: Record<string, ComposeService>;
  readonly networks: Record<string, { readonly labels: Record<string, string> }>;
  readonly volumes: Record<string, { readonly labels: Record<string, string> }>;
}

/** What Compose makes of a string: two dollars are one, and a single one would be the start of a variable. */
function interpolated(value: unknown): unknown {
  if (typeof value === 'string') {
    expect(value.replaceAll('$$', '')).not.toContain('$');
    return value.replaceAll('$$', '$');
  }
  if (Array.isArray(value)) {
    return value.map(interpolated);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolated(inner)]))
    : value;
}

/** As docker-compose 1.29 reads it (YAML 1.1) and as Compose 2 does, which has to be the same. */
function read(text: string): ComposeFile {
  const [asOld, asNew] = (['1.1', '1.2'] as const).map((version) => interpolated(parse(text, { version })));
  expect(asOld).toEqual(asNew);
  return asNew as ComposeFile;
}

const partsOf = ({ wiring, databasePassword }: ComposeRequest) =>
  containerParts({ wiring, databasePassword, apiKeys: '', hostOf: (id) => id });

const secret = fc.stringMatching(/^[A-Za-z0-9_$-]{24,32}$/);
const requests = fc
  .record({
    vector: fc.oneof(
      fc.record({ sharding: fc.constant('hash' as const), shards: fc.integer({ min: 1, max: 8 }) }),
      fc.integer({ min: 1, max: 5 }).map((nodes) => ({
        sharding: 'qdrant-cluster' as const,
        shards: 2 * nodes,
        nodes,
        replicationFactor: 1,
        writeConsistencyFactor: 1,
      })),
    ),
    gateways: fc.integer({ min: 1, max: 3 }),
    queries: fc.integer({ min: 1, max: 4 }),
    resourceRule: fc.constantFrom('equal-total' as const, 'equal-per-node' as const),
    quota: fc.record({ cpus: fc.double({ min: 0.1, max: 16, noNaN: true }), memoryMiB: fc.integer({ min: 512, max: 65_536 }) }),
    databasePassword: secret,
    internalToken: secret,
    volumes: fc.subarray(['/qdrant/storage', '/var/lib/postgresql/data', '/elsewhere']),
    standIn: fc.boolean(),
    cached: fc.boolean(),
  })
  .filter(({ databasePassword, internalToken }) => databasePassword !== internalToken)
  .map(({ vector, gateways, queries, resourceRule, quota, databasePassword, internalToken, volumes, standIn, cached }) => {
    const topology = topologySchema.parse({
      ...base,
      vector,
      gateway: { replicas: gateways },
      query: { replicas: queries },
      resourceRule,
      quota,
      ...(cached ? { cache: { sessions: true } } : {}),
    });
    const request = requestFor(topology, { databasePassword, images: imagesNamed(volumes, standIn) });
    return { ...request, wiring: { ...request.wiring, internalToken } };
  });

describe('composeFile', () => {
  it('has a service for every part, with its image, command, environment, quota and order', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { services } = read(composeFile(request));
        const parts = partsOf(request);
        expect(Object.keys(services)).toEqual(parts.map(({ id }) => id));
        const earlier = new Set<string>();
        for (const { id, image, command, environment, files, after, quota } of parts) {
          const service = services[id];
          expect(service?.image).toBe(request.images[image].name);
          expect(service?.environment).toMatchObject(environment);
          if (files === undefined) {
            expect(service?.command).toEqual(command);
            expect(Object.keys(service?.environment ?? {})).toEqual(Object.keys(environment));
          }
          const before = Object.entries(service?.depends_on ?? {});
          expect(before).toEqual(after.map((other) => [other, { condition: 'service_healthy' }]));
          expect(before.filter(([other]) => !earlier.has(other))).toEqual([]);
          expect(service?.cpus).toBeCloseTo(quota.cpus, 9);
          expect(service?.mem_limit).toBe(`${quota.memoryMiB}m`);
          expect(service?.memswap_limit).toBe(service?.mem_limit);
          expect(service?.healthcheck.test[0]).toBe('CMD');
          earlier.add(id);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('publishes nothing but the gateways, on 127.0.0.1', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 65_000 }), (request, gatewayPort) => {
        const { services } = read(composeFile({ ...request, gatewayPort }));
        const published = Object.entries(services).flatMap(([id, { ports = [] }]) => ports.map((port) => [id, port]));
        const gateways = partsOf(request).filter(({ tier }) => tier === 'gateway');
        expect(published).toEqual(gateways.map(({ id, port }, index) => [id, `127.0.0.1:${gatewayPort + index}:${port}`]));
      }),
      { numRuns: 15 },
    );
  });

  it('names a volume for every folder that keeps state, and labels all that it creates', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { services, volumes, networks } = read(composeFile(request));
        const mounts = Object.values(services).flatMap(({ volumes: mounted = [] }) => mounted.map((mount) => mount.split(':')));
        expect(mounts.map(([name]) => name)).toEqual(Object.keys(volumes));
        expect(new Set(mounts.map(([name]) => name)).size).toBe(mounts.length);
        for (const { id, image, stateFolder } of partsOf(request)) {
          const folders = (services[id]?.volumes ?? []).map((mount) => mount.split(':')[1]);
          expect(new Set(folders)).toEqual(
            new Set([...(stateFolder === undefined ? [] : [stateFolder]), ...request.images[image].volumes]),
          );
        }
        const labelled = [...Object.values(services), ...Object.values(volumes), ...Object.values(networks)];
        expect(new Set(labelled.map(({ labels }) => labels[exportLabel]))).toEqual(new Set(['any-scenario.any-variant']));
        expect(Object.keys(networks)).toEqual(['default']);
      }),
      { numRuns: 15 },
    );
  });

  it('writes every value that holds a secret once', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const text = composeFile(request);
        const occurrences = (word: string) => text.split(word.replaceAll('$', '$$$$')).length - 1;
        expect(occurrences(request.wiring.internalToken)).toBe(1);
        // By itself for PostgreSQL, and in the URL for its clients.
        expect(occurrences(request.databasePassword)).toBe(2);
        expect(occurrences('postgresql://')).toBe(1);
      }),
      { numRuns: 15 },
    );
  });

  it('gives the same text for the same request', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(composeFile(request)).toBe(composeFile(structuredClone(request)));
      }),
      { numRuns: 10 },
    );
  });

  it('tells the gateway the hashes of the keys', () => {
    const { services } = read(composeFile(requestFor(base)));
    expect(JSON.parse(services['gateway-0']?.environment.FILE_0 ?? '')).toEqual(apiKeys);
  });

  it('checks the health of each image with a program that is inside', () => {
    const programs = (standIn: boolean) => {
      const { services } = read(composeFile(requestFor(base, { images: imagesNamed([], standIn) })));
      return ['postgres', 'vector-0', 'query-0'].map((id) => services[id]?.healthcheck.test[1]);
    };
    expect(programs(false)).toEqual(['pg_isready', 'bash', 'node']);
    expect(programs(true)).toEqual(['pg_isready', 'node', 'node']);
  });

  it('never lets Compose look for an image in a registry that only this machine has', () => {
    const policies = (standIn: boolean) => {
      const { services } = read(composeFile(requestFor(base, { images: imagesNamed([], standIn) })));
      return new Set(Object.values(services).map(({ pull_policy }) => pull_policy));
    };
    expect(policies(true)).toEqual(new Set(['never']));
    expect(policies(false)).toEqual(new Set([undefined]));
  });

  it('says at its top what it is and how to start, ask and stop the system', () => {
    const text = composeFile(requestFor(base, { gatewayPort: 8123 }));
    const comment = text
      .slice(0, text.indexOf('x-secrets:'))
      .split('\n')
      .filter((line) => line !== '');
    expect(comment.filter((line) => !line.startsWith('# '))).toEqual([]);
    const project = 'docker compose -f compose.yaml -p rag-testbed-any-scenario-any-variant';
    for (const words of ['any-scenario', 'any-variant', 'commit abc', 'npm run export', `${project} up -d`, `${project} down -v`]) {
      expect(comment.join('\n')).toContain(words);
    }
    expect(comment.filter((line) => line.includes('curl')).map((line) => /http:\/\/[^ ]+/.exec(line)?.[0])).toEqual([
      'http://127.0.0.1:8123/v1/documents',
      'http://127.0.0.1:8123/v1/search',
    ]);
  });

  it('publishes further ports where it is asked to', () => {
    const { services } = read(composeFile(requestFor(base, { publish: { 'vector-1': 6333, 'gateway-0': 9000 } })));
    expect(services['vector-1']?.ports).toEqual(['127.0.0.1:6333:6333']);
    expect(services['gateway-0']?.ports).toEqual(['127.0.0.1:9000:8080']);
  });

  it.each([
    [{ publish: { 'vector-9': 6333 } }, 'unknown_part', 'did you mean "vector-0"?'],
    [{ publish: { postgres: 8080 } }, 'port_not_possible', '--publish'],
    [{ gatewayPort: 65_536 }, 'port_not_possible', '--gateway-port'],
  ])('refuses %j', (changes, code, hint) => {
    const attempt = () => composeFile(requestFor(base, changes));
    expect(attempt).toThrow(Failure);
    expect(attempt).toThrow(expect.objectContaining({ code, exitCode: 64, hint: expect.stringContaining(hint) }));
  });
});

it('starts Redis before the query processes, bounded and with nothing on disk, and asks it by its own client', () => {
  const { services } = read(composeFile(requestFor({ ...base, cache: { sessions: true, maximumMemoryMiB: 32 } })));
  expect(services.redis).toMatchObject({
    image: 'registry.test:5000/redis:1.2',
    command: ['redis-server', '--maxmemory', '32mb', '--maxmemory-policy', 'allkeys-lru', '--save', '', '--appendonly', 'no'],
    healthcheck: { test: ['CMD', 'redis-cli', '-p', '6379', 'ping'], interval: '2s' },
    mem_limit: '128m',
  });
  expect(services['query-0']?.environment.REDIS_URL).toBe('redis://redis:6379');
  expect(services['query-0']?.depends_on).toMatchObject({ redis: { condition: 'service_healthy' } });
  expect(services['gateway-0']?.environment).not.toHaveProperty('REDIS_URL');
});

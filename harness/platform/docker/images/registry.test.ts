import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../engine.ts';
import { openRegistries, registryOf } from './registry.ts';

it('reads the registry from a name', () => {
  expect(['redis:8', 'qdrant/qdrant:v1', 'gcr.io/distroless/cc', 'localhost/x', 'host:5000/x:1', 'localhost'].map(registryOf)).toEqual([
    'docker.io',
    'docker.io',
    'gcr.io',
    'localhost',
    'host:5000',
    'docker.io',
  ]);
});

/** The engine's own answers, by image; one that is not listed is present. */
function engineSaying(answers: Record<string, string>): { client: EngineClient; pulls: string[] } {
  const pulls: string[] = [];
  const client = {
    getImage: (name: string) => ({
      inspect: async () => {
        if (name in answers) {
          throw Object.assign(new Error('no such image'), { statusCode: 404 });
        }
        return {};
      },
    }),
    pull: async (name: string) => {
      pulls.push(name);
      throw Object.assign(new Error(`(HTTP code 500) server error - ${answers[name]} `), { statusCode: 500, json: null });
    },
  };
  return { client: client as unknown as EngineClient, pulls };
}

describe('openRegistries', () => {
  it('asks a registry that did not answer only once, and each registry on its own', async () => {
    const lookup = 'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host';
    const { client, pulls } = engineSaying({
      'a:1': lookup,
      'b:1': lookup,
      'gcr.io/c': 'manifest for gcr.io/c not found: manifest unknown',
    });
    const registries = openRegistries(client);
    const unreachable = { outcome: 'unreachable', registry: 'docker.io', reason: 'no such host' };
    expect(await registries.fetch('a:1')).toEqual(unreachable);
    expect(await registries.fetch('b:1')).toEqual(unreachable);
    expect(await registries.fetch('gcr.io/c')).toEqual({ outcome: 'refused', registry: 'gcr.io', reason: 'manifest unknown' });
    expect(pulls).toEqual(['a:1', 'gcr.io/c']);
  });

  it('asks nobody for an image that is there', async () => {
    const { client, pulls } = engineSaying({});
    expect(await openRegistries(client).fetch('a:1')).toEqual({ outcome: 'present' });
    expect(pulls).toEqual([]);
  });
});

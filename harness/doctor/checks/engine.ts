import { existsSync } from 'node:fs';
import { engineFailure } from '../../platform/docker/engine-probe.ts';
import type { Check } from '../check.ts';
import { engineRemedy } from '../engine-remedy.ts';

/** Is there a Docker engine that this user may use, and is it new enough? */
export const engine: Check = {
  id: 'engine',
  title: 'Docker engine',
  group: 'engine',
  why: 'the docker platform runs every part in a container with quotas',
  look: ({ engine: { probe }, environment, system, isRoot }) =>
    probe.found === 'engine'
      ? {
          status: 'ok',
          observed: `${probe.version}, API ${probe.apiVersion}`,
          values: { found: probe.found, endpoint: probe.endpoint, version: probe.version, apiVersion: probe.apiVersion },
        }
      : {
          status: 'lack',
          observed: engineFailure(probe).message,
          values: { found: probe.found, endpoint: probe.endpoint },
          fix: engineRemedy(probe.found, { environment, system, isRoot, exists: existsSync }),
          blocks: ['docker'],
        },
};

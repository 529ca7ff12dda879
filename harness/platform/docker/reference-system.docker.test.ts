import { describe } from 'vitest';
import { describePlatformContract } from '../testing/platform-contract.ts';
import { DockerPlatform } from './docker-platform.ts';
import { openEngine } from './engine.ts';
import { dockerLack, leftOut } from './testing/available.ts';
import { engineLeftoversAfter } from './testing/engine-leftovers.ts';

const lack = await dockerLack();

describe.skipIf(lack !== undefined)(`the reference system on the Docker platform${leftOut(lack)}`, () => {
  describePlatformContract({
    create: () => new DockerPlatform(),
    leftovers: async (runId) => engineLeftoversAfter((await openEngine()).client, runId, 5000),
  });
});

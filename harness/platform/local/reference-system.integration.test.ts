import { readdir } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { describePlatformContract } from '../testing/platform-contract.ts';
import { LocalPlatform } from './local-platform.ts';
import { leftoversAfter } from './testing/leftovers.ts';

describe('the reference system on the local platform', () => {
  describePlatformContract({
    create: () => new LocalPlatform({ environment: { PATH: process.env.PATH, HOME: process.env.HOME } }),
    async leftovers(runId, runDirectory) {
      // Logs stay: they are what one reads afterwards.
      expect((await readdir(runDirectory)).filter((name) => name !== 'logs')).toEqual([]);
      return leftoversAfter(runId, runDirectory, 5000);
    },
  });
});

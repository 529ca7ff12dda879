import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { Deceptions } from './forgetful-disk.ts';
import { BrokenPromise, Trial } from './trial.ts';

const logger = pino({ level: 'silent' });
const seeds = Array.from({ length: 100 }, (_, index) => 1000 + index);
const cutsPerSeed = 2;

/** The promises that were broken over all seeds, each with its seed. */
async function brokenPromises(deceptions: Deceptions, stopAtFirst: boolean) {
  const seen = { starts: 0, checkpointsRead: 0, logRecordsRead: 0, snapshots: 0, installs: 0, writes: 0 };
  const broken: string[] = [];
  for (const seed of seeds) {
    const trial = new Trial(seed, logger, deceptions);
    try {
      for (let cut = 0; cut < cutsPerSeed; cut += 1) {
        await trial.cut();
      }
    } catch (error) {
      if (!(error instanceof BrokenPromise)) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
      broken.push(`seed ${seed}: ${error.message}`);
      if (stopAtFirst) {
        break;
      }
    }
    for (const key of Object.keys(seen) as (keyof typeof seen)[]) {
      seen[key] += trial.seen[key];
    }
  }
  return { broken, seen };
}

describe(`${seeds.length * cutsPerSeed} power cuts, seeds ${seeds[0]} to ${seeds.at(-1)}`, () => {
  test('every acknowledged write, collection, alias and recovery is there, and nothing that was not written', async () => {
    const { broken, seen } = await brokenPromises({}, false);
    expect(broken).toEqual([]);
    // The trials went through what they are about.
    expect(seen.writes).toBeGreaterThan(seeds.length * cutsPerSeed);
    expect(seen.checkpointsRead).toBeGreaterThan(cutsPerSeed * 10);
    expect(seen.logRecordsRead).toBeGreaterThan(seeds.length);
    expect(seen.snapshots).toBeGreaterThan(seeds.length / 2);
    expect(seen.installs).toBeGreaterThan(seeds.length / 5);
  }, 60_000);

  test('a storage that does not sync its files is caught', async () => {
    const { broken } = await brokenPromises({ ignoresFileSync: true }, true);
    expect(broken).toHaveLength(1);
  });

  test('a storage that does not sync its folders is caught', async () => {
    const { broken } = await brokenPromises({ ignoresDirectorySync: true }, true);
    expect(broken).toHaveLength(1);
  });
});

import pino from 'pino';
import { expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { CollectionDirectory, type StoredCollection } from '../storage/collection-directory.ts';
import { makeDirectories } from '../storage/disk.ts';
import { CollectionHistory, someOperation, stateOf, testedConfig } from './collection-history.ts';
import { ForgetfulDisk } from './forgetful-disk.ts';

const seeds = Array.from({ length: 40 }, (_, index) => 5000 + index);
const warnings: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });

const open = (disk: ForgetfulDisk) => new CollectionDirectory('/storage', { disk, logger, checkpointLogBytes: 500 });

/** Writes one after the other and counts the refusals, which all name a file. */
async function burst(stored: StoredCollection, history: CollectionHistory, count: number, random: ReturnType<typeof randomStream>) {
  let refused = 0;
  for (let write = 0; write < count; write += 1) {
    try {
      await history.write(stored.collection, someOperation(random));
    } catch (error) {
      expect(error).toMatchObject({
        status: 500,
        message: expect.stringMatching(/cannot write \/storage\/collections\/.*\/log-\d+: ENOSPC/),
      });
      history.refuseUnanswered();
      refused += 1;
    }
  }
  return refused;
}

test(`a full disk refuses writes and loses nothing; when there is room again all goes on, seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
  const tally = { refused: 0, afterwards: 0 };
  for (const seed of seeds) {
    const random = randomStream(seed, 'disk-full');
    const disk = new ForgetfulDisk(random);
    const directory = open(disk);
    await directory.open();
    await makeDirectories(disk, '/snapshots');
    const stored = await directory.create('a', testedConfig);
    const history = new CollectionHistory();
    await burst(stored, history, 10, random);

    disk.capacityBytes = 1500 + random.below(2500);
    tally.refused += await burst(stored, history, 40, random);
    expect(history.explain(stateOf(stored.collection)), `seed ${seed}: reads while the disk is full`).toBeDefined();
    disk.capacityBytes = 0;
    await expect(stored.store.writeSnapshot('/snapshots/s')).rejects.toThrow('cannot write /snapshots/s: ENOSPC');
    await expect(directory.create('b', testedConfig)).rejects.toThrow(/cannot write .*: ENOSPC/);
    await expect(directory.setAliases(new Map([['alias', 'a']]))).rejects.toThrow('cannot write /storage/catalogue: ENOSPC');

    disk.capacityBytes = Number.POSITIVE_INFINITY;
    expect(await burst(stored, history, 20, random), `seed ${seed}: writes when there is room again`).toBe(0);
    tally.afterwards += 20;
    expect(history.explain(stateOf(stored.collection))).toBeDefined();

    // A loss of power comes on top.
    disk.cutPowerAfter(0);
    const [again] = await open(disk.afterPowerCut()).open();
    expect(history.explain(stateOf((again as StoredCollection).collection)), `seed ${seed}: after a restart`).toBeDefined();
  }
  expect(tally.refused).toBeGreaterThan(seeds.length);
  // Checkpoints were among what had no room, and did no harm.
  expect(warnings.some((line) => line.includes('could not write a checkpoint') && line.includes('ENOSPC'))).toBe(true);
});

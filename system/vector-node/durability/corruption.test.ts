import pino from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { CollectionDirectory } from '../storage/collection-directory.ts';
import { CollectionHistory, someOperation, stateOf, testedConfig } from './collection-history.ts';
import { ForgetfulDisk } from './forgetful-disk.ts';

const logger = pino({ level: 'silent' });
const seed = 77;

/** The files of a node with one collection that has a checkpoint and two logs, and what was written to it. */
async function storedNode() {
  const random = randomStream(seed, 'corruption');
  const disk = new ForgetfulDisk(random);
  const directory = new CollectionDirectory('/storage', { disk, logger, checkpointLogBytes: 700 });
  await directory.open();
  const { collection, store } = await directory.create('a', testedConfig);
  const history = new CollectionHistory();
  for (let write = 0; write < 14; write += 1) {
    await history.write(collection, someOperation(random));
  }
  // The next checkpoint finds no room for the state but for a log, so that two logs follow the last one.
  disk.failWritesTo = /checkpoint-\d+\.tmp$/;
  for (let write = 0; write < 14; write += 1) {
    await history.write(collection, someOperation(random));
  }
  while (store.isCheckpointing) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  // Too little for another attempt, so that the last log has frames.
  await history.write(collection, { kind: 'setPayload', selector: { kind: 'filter', filter: {} }, payload: { last: 1 }, key: undefined });
  await history.write(collection, { kind: 'setPayload', selector: { kind: 'filter', filter: {} }, payload: { last: 2 }, key: undefined });
  await store.close(new Error('the end'));
  disk.failWritesTo = undefined;
  return { files: disk.files(), history };
}

/** Starts from files; what it read, or why it does not start. */
async function start(files: ReadonlyMap<string, Buffer>): Promise<{ state: string } | { refusal: string }> {
  const disk = ForgetfulDisk.of(files, randomStream(seed, 'start'));
  try {
    const stored = await new CollectionDirectory('/storage', { disk, logger, checkpointLogBytes: 1e9 }).open();
    return { state: stored.map(({ collection }) => `${collection.name}\n${stateOf(collection)}`).join('\n') };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

describe('files that something else than a crash has changed', () => {
  let files: Map<string, Buffer>;
  let history: CollectionHistory;
  let checkpoint: string;
  let logs: string[];
  beforeAll(async () => {
    ({ files, history } = await storedNode());
    checkpoint = [...files.keys()].find((file) => /checkpoint-\d+$/.test(file)) ?? '';
    logs = [...files.keys()].filter((file) => /log-\d+$/.test(file)).sort();
  });

  test('there are a checkpoint and at least two logs', async () => {
    expect(checkpoint).not.toBe('');
    expect(logs.length).toBeGreaterThanOrEqual(2);
    expect(await start(files)).toHaveProperty('state');
  });

  test('every changed byte is refused with file and offset, but in the last frame, which is then dropped alone', async () => {
    const outcomes = { refused: 0, dropped: 0 };
    for (const [file, bytes] of files) {
      for (let offset = 0; offset < bytes.length; offset += 1) {
        const damaged = Buffer.from(bytes);
        damaged[offset] = (bytes[offset] as number) ^ (1 << (offset % 8));
        const outcome = await start(new Map(files).set(file, damaged));
        if ('refusal' in outcome) {
          expect(outcome.refusal).toMatch(new RegExp(`^${file} is corrupt at offset \\d+: `));
          outcomes.refused += 1;
        } else {
          expect(file, `byte ${offset} of ${file} is overlooked`).toBe(logs.at(-1));
          expect(history.explain(outcome.state.replace('a\n', ''), history.acknowledgedEnd - 1), `byte ${offset} of ${file}`).toBe(
            history.acknowledgedEnd - 1,
          );
          outcomes.dropped += 1;
        }
      }
    }
    expect(outcomes.refused).toBeGreaterThan(1000);
    expect(outcomes.dropped).toBeGreaterThan(0);
  }, 60_000);

  test('a missing file is refused', async () => {
    for (const file of [...files.keys()].filter((name) => name !== logs.at(-1))) {
      const fewer = new Map(files);
      fewer.delete(file);
      expect(await start(fewer), file).toHaveProperty('refusal', expect.stringMatching(/missing/));
    }
  });
});

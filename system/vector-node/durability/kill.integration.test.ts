import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RandomStream, randomStream } from '../../policies/random-stream.ts';
import { type RunningNode, startNode } from '../running-node.ts';

const seed = Number(process.env.VECTOR_NODE_KILL_SEED ?? 20_261_121);
const rounds = 20;
const size = 16;
const idsPerWriter = 60;
const settings = { VECTOR_NODE_CHECKPOINT_LOG_BYTES: String(48 * 1024) };

/** What a point may be: the value that was acknowledged last, and the one whose answer never came. Undefined is a deleted point. */
interface PossibleValues {
  acknowledged: number | undefined;
  unanswered: { value: number | undefined } | undefined;
}

let storage: string;
beforeAll(async () => {
  storage = await mkdtemp(path.join(tmpdir(), 'vector-node-kill-'));
});
afterAll(async () => {
  await rm(storage, { recursive: true, force: true });
});

const vectorOf = (id: number, value: number) =>
  Array.from({ length: size }, (_, index) => Math.fround(Math.sin(id * 31 + value * 7 + index)));

/** One client that inserts, replaces and deletes points of its own, one call after the other, until the node is gone. */
async function write(node: RunningNode, values: Map<number, PossibleValues>, random: RandomStream, onAcknowledged: () => void) {
  const ids = [...values.keys()];
  for (let value = 1 + Math.floor(random.uniform() * 1e9); ; value += 1) {
    const chosen = new Set(Array.from({ length: 1 + random.below(8) }, () => ids[random.below(ids.length)] as number));
    const isDeletion = random.uniform() < 0.25;
    const wanted = isDeletion ? undefined : value;
    for (const id of chosen) {
      (values.get(id) as PossibleValues).unanswered = { value: wanted };
    }
    const wait = random.uniform() < 0.7;
    if (isDeletion) {
      await node.client.delete('docs', { wait, points: [...chosen] });
    } else {
      await node.client.upsert('docs', {
        wait,
        points: [...chosen].map((id) => ({ id, vector: vectorOf(id, value), payload: { value } })),
      });
    }
    for (const id of chosen) {
      values.set(id, { acknowledged: wanted, unanswered: undefined });
    }
    onAcknowledged();
  }
}

/** Reads everything and says what is not as it was promised; what is there now is what was acknowledged from then on. */
async function problemsAfterRestart(node: RunningNode, writers: readonly Map<number, PossibleValues>[]): Promise<string[]> {
  const ids = writers.flatMap((values) => [...values.keys()]);
  const found = await node.client.retrieve('docs', { ids, with_payload: true, with_vector: true });
  const byId = new Map(found.map((point) => [point.id as number, point]));
  const problems: string[] = [];
  for (const values of writers) {
    for (const [id, { acknowledged, unanswered }] of values) {
      const point = byId.get(id);
      const value = point?.payload?.value as number | undefined;
      if (value !== acknowledged && (unanswered === undefined || unanswered.value !== value)) {
        problems.push(`point ${id} is ${value}, acknowledged was ${acknowledged}, unanswered ${JSON.stringify(unanswered)}`);
      }
      const expected = value === undefined ? undefined : vectorOf(id, value);
      // Answers have the digits of 32-bit floats.
      const stored = Array.isArray(point?.vector) ? point.vector.map((component) => Math.fround(component as number)) : undefined;
      if (JSON.stringify(stored) !== JSON.stringify(expected)) {
        problems.push(`point ${id} has the vector of another value`);
      }
      values.set(id, { acknowledged: value, unanswered: undefined });
    }
  }
  const { count } = await node.client.count('docs', { exact: true });
  return count === found.length ? problems : [...problems, `${count} points are counted, ${found.length} are there`];
}

async function newestCheckpoint(): Promise<number> {
  const root = path.join(storage, 'collections');
  const [folder = ''] = await readdir(root);
  const numbers = (await readdir(path.join(root, folder))).map((name) => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

test(`${rounds} kills during writes and checkpoints lose no acknowledged write (VECTOR_NODE_KILL_SEED=${seed})`, async () => {
  const random = randomStream(seed, 'kill');
  const writers = Array.from(
    { length: 4 },
    (_, writer) =>
      new Map(
        Array.from({ length: idsPerWriter }, (_unused, index): [number, PossibleValues] => [
          writer * 1000 + index,
          { acknowledged: undefined, unanswered: undefined },
        ]),
      ),
  );
  let acknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    await using node = await startNode(storage, undefined, settings);
    if (round === 0) {
      await node.client.createCollection('docs', { vectors: { size, distance: 'Dot' } });
    }
    expect(await problemsAfterRestart(node, writers), `before round ${round}`).toEqual([]);
    let left = 20 + random.below(300);
    const isDue = Promise.withResolvers<void>();
    const streams = writers.map((_, writer) => randomStream(seed, `writer ${writer} of round ${round}`));
    const writing = writers.map((values, writer) =>
      write(node, values, streams[writer] as RandomStream, () => {
        acknowledged += 1;
        left -= 1;
        if (left === 0) {
          isDue.resolve();
        }
      }),
    );
    const outcomes = Promise.allSettled(writing);
    await Promise.race([isDue.promise, outcomes]);
    await pause(random.uniform() * 4);
    node.process.kill('SIGKILL');
    for (const outcome of await outcomes) {
      // A refusal by a living node would be an answer with a status.
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.not.objectContaining({ status: expect.any(Number) }) });
    }
  }
  await using node = await startNode(storage, undefined, settings);
  expect(await problemsAfterRestart(node, writers), 'after the last round').toEqual([]);
  expect(acknowledged).toBeGreaterThan(rounds * 20);
  expect(await newestCheckpoint(), 'checkpoints were written under the load').toBeGreaterThan(rounds / 2);
});

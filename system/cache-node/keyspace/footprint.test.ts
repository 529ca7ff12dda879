import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { Deque } from './deque.ts';
import { Keyspace } from './keyspace.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A text of its own, as it comes from a connection. */
const text = (length: number, number: number) => Buffer.from(String(number).padStart(length, 'x')).toString('latin1');

function listOf(items: number, length: number): Deque {
  const list = new Deque();
  for (let item = 0; item < items; item += 1) {
    list.addLast(text(length, item));
  }
  return list;
}

const shapes: readonly [string, number, (keyspace: Keyspace, index: number) => unknown][] = [
  ['short texts', 100_000, (keyspace, index) => keyspace.put(text(16, index), text(16, index))],
  ['texts of 6 KB that expire', 5_000, (keyspace, index) => keyspace.put(text(50, index), text(6_000, index), 1e15)],
  [
    'answers as they are kept',
    5_000,
    (keyspace, index) => {
      const fields = [
        [text(5, 1), text(6_000, index)] as const,
        [text(10, 1), text(13, index)] as const,
        [text(9, 2), text(1, 1)] as const,
      ];
      keyspace.put(text(50, index), new Map(fields), 1e15);
    },
  ],
  [
    'hashes of 50 fields',
    3_000,
    (keyspace, index) =>
      keyspace.put(text(16, index), new Map(Array.from({ length: 50 }, (_, field) => [text(8, field), text(16, field)]))),
  ],
  ['conversations of 20 turns', 2_000, (keyspace, index) => keyspace.put(text(16, index), listOf(20, 1_000), 1e15)],
  ['short lists', 50_000, (keyspace, index) => keyspace.put(text(16, index), listOf(1, 16))],
];

test.each(shapes)('%s are counted as about what they take of the heap', (_shape, count, put) => {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const keyspace = new Keyspace({ maximumBytes: 0, policy: 'noeviction', random: randomStream(1, 'none'), nowMs: () => 0 });
  for (let index = 0; index < count; index += 1) {
    put(keyspace, index);
  }
  collectGarbage();
  const ratio = keyspace.figures.usedBytes / (process.memoryUsage().heapUsed - before);
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.5);
});

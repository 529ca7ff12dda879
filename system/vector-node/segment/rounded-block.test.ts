import { expect, test } from 'vitest';
import { randomStream } from '../../policies/random-stream.ts';
import { RoundedBlock } from './rounded-block.ts';
import { TopK } from './top-k.ts';
import { VectorColumn } from './vector-column.ts';

const size = 48;
const rows = 2000;

/** Unit vectors, of which every `spikeEvery`-th is nearly an axis: its component is many times as large as those of the others. */
function vectorsOf(seed: number, spikeEvery = Number.POSITIVE_INFINITY): Float32Array {
  const random = randomStream(seed, 'rounded block');
  const block = Float32Array.from({ length: rows * size }, () => random.normal());
  for (let row = 0; row < rows; row += 1) {
    const vector = block.subarray(row * size, (row + 1) * size);
    if ((row + 1) % spikeEvery === 0) {
      vector[row % size] = 100;
    }
    const length = Math.hypot(...vector);
    for (const [index, component] of vector.entries()) {
      vector[index] = component / length;
    }
  }
  return block;
}

function nearestOf(block: Float32Array, query: Float32Array, wanted: number): number[] {
  const similarity = (row: number) => query.reduce((sum, component, index) => sum + component * (block[row * size + index] as number), 0);
  return Array.from({ length: rows }, (_, row) => row)
    .sort((a, b) => similarity(b) - similarity(a))
    .slice(0, wanted);
}

test.each([
  ['alike', undefined],
  ['of which some are nearly axes', 100],
  ['of which the last is nearly an axis', rows],
])('the nearest of vectors %s are among the candidates', (_what, spikeEvery) => {
  const block = vectorsOf(1, spikeEvery);
  const rounded = new RoundedBlock(size, rows);
  for (let row = 0; row < rows; row += 1) {
    rounded.set(row, block);
  }
  const random = randomStream(2, 'queries');
  for (let turn = 0; turn < 50; turn += 1) {
    const query = Float32Array.from({ length: size }, () => random.normal());
    const candidates = Array.from(rounded.candidates(query, 10) ?? []);
    expect(candidates).toEqual(expect.arrayContaining(nearestOf(block, query, 10)));
  }
});

test('a row is found as it was written last', () => {
  const block = new Float32Array(rows * size).fill(0.1);
  const rounded = new RoundedBlock(size, rows);
  for (let row = 0; row < rows; row += 1) {
    rounded.set(row, block);
  }
  block.fill(0.9, 77 * size, 78 * size);
  rounded.set(77, block);
  const query = new Float32Array(size).fill(1);
  expect(Array.from(rounded.candidates(query, 1) ?? [])[0]).toBe(77);
});

test('gives no candidates where they would be most of the block, or where the query has no direction', () => {
  const rounded = new RoundedBlock(size, rows);
  const block = vectorsOf(3);
  for (let row = 0; row < 100; row += 1) {
    rounded.set(row, block);
  }
  expect(rounded.candidates(new Float32Array(size).fill(1), 10)).toBeUndefined();
  for (let row = 0; row < rows; row += 1) {
    rounded.set(row, block);
  }
  expect(rounded.candidates(new Float32Array(size), 10)).toBeUndefined();
  expect(rounded.candidates(new Float32Array(size).fill(Number.NaN), 10)).toBeUndefined();
});

test('a column without an index keeps nothing rounded: its scan stays exact', () => {
  const column = new VectorColumn(size, 'Cosine');
  const block = vectorsOf(4);
  for (let row = 0; row < rows; row += 1) {
    column.set(row, block.slice(row * size, (row + 1) * size));
  }
  const query = block.slice(0, size);
  const best = new TopK(10);
  column.scanUnindexed(query, rows, best);
  expect(best.sorted().map(({ row }) => row)).toEqual(nearestOf(block, query, 10));
});

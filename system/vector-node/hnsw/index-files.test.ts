import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../optimizer/optimized-table.ts';
import { IndexFiles, type IndexManifest } from './index-files.ts';

const manifest: IndexManifest = {
  vectorName: '',
  settings: { dimensions: 4, distance: 'Dot', scalar: 'f16', m: 16, efConstruct: 100, quantile: 0.99, threads: 1 },
  encoding: { scale: 2, lengthBound: 3 },
  slots: 2,
  ids: Buffer.from([1, 2, 3]),
  checksums: Uint32Array.of(5, 0xffffffff),
};
const graphOf = (text: string) => (file: string) => writeFileSync(file, text);

test('an index is read as it was written, and the next generation replaces it', () => {
  const files = new IndexFiles(path.join(temporaryDirectory(), 'new'), '');
  expect(files.read()).toBeUndefined();
  files.sweep();
  files.write(1, manifest, graphOf('first'));
  expect(files.read()?.manifest).toEqual(manifest);
  const graph = files.write(2, { ...manifest, slots: 0, checksums: new Uint32Array() }, graphOf('second'));
  files.sweep(graph);
  expect(readFileSync(files.read()?.graph ?? '', 'utf8')).toBe('second');
  expect(readdirSync(files.directory)).toHaveLength(2);
  files.sweep();
  expect(readdirSync(files.directory)).toEqual([]);
});

test('vectors of different names do not touch each other, whatever the names', () => {
  const directory = temporaryDirectory();
  const left = new IndexFiles(directory, '../left');
  const right = new IndexFiles(directory, 'right');
  left.write(1, { ...manifest, vectorName: '../left' }, graphOf('left'));
  right.write(1, { ...manifest, vectorName: 'right' }, graphOf('right'));
  right.sweep();
  expect(left.read()?.manifest.vectorName).toBe('../left');
  expect(right.read()).toBeUndefined();
});

test('any changed or missing byte of either file is noticed', () => {
  const files = new IndexFiles(temporaryDirectory(), '');
  fc.assert(
    fc.property(fc.constantFrom('manifest', 'graph'), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (which, at, flip, cuts) => {
      const graph = files.write(1, manifest, graphOf('the graph'));
      const file = which === 'graph' ? graph : files.manifest;
      const bytes = readFileSync(file);
      const position = at % bytes.length;
      bytes[position] = (bytes[position] as number) ^ flip;
      writeFileSync(file, cuts ? bytes.subarray(0, position) : bytes);
      expect(() => files.read()).toThrow(/damaged|is not the graph/);
    }),
    { numRuns: 60 },
  );
});

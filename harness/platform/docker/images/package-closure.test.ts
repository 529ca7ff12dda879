import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importedPackages, type Lock, packageClosure } from './package-closure.ts';

describe('importedPackages', () => {
  it('finds every form of import that is there at run time', () => {
    const source = `
import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import type { Logger } from 'type-only';
import {
  one,
  two,
} from '@scope/name/deep/file.js';
import 'side-effect';
import { local } from './local.ts';
export { again } from 'again/part';
export type { Gone } from 'exported-type-only';
const late = await import('late');
const old = require("old");
`;
    expect([...importedPackages(source)].sort()).toEqual(['@scope/name', 'again', 'express', 'late', 'old', 'side-effect']);
  });
});

const lock: Lock = {
  packages: {
    '': {},
    'node_modules/a': { dependencies: { b: '1', shared: '2' }, optionalDependencies: { absent: '1' } },
    'node_modules/a/node_modules/shared': { version: '2', dependencies: { deep: '1' } },
    'node_modules/b': { dependencies: { shared: '1', a: '1' } },
    'node_modules/deep': {},
    'node_modules/shared': { version: '1' },
    'node_modules/unused': { dependencies: { b: '1' } },
  },
};

describe('packageClosure', () => {
  it('follows dependencies as Node resolves them, nested first, and survives cycles', () => {
    expect(packageClosure(lock, ['a'])).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/shared',
      'node_modules/b',
      'node_modules/deep',
      'node_modules/shared',
    ]);
  });

  it('names who needs what is not locked', () => {
    expect(() => packageClosure(lock, ['nowhere'])).toThrow(expect.objectContaining({ code: 'package_not_locked', exitCode: 78 }));
    const broken: Lock = { packages: { 'node_modules/a': { dependencies: { gone: '1' } } } };
    expect(() => packageClosure(broken, ['a'])).toThrow('node_modules/a needs "gone"');
  });

  it('contains everything that anything in it needs', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    const name = fc.constantFrom(...letters);
    const graph = fc.record(
      Object.fromEntries(letters.map((key) => [key, fc.uniqueArray(name)])) as Record<string, fc.Arbitrary<string[]>>,
    );
    fc.assert(
      fc.property(graph, fc.uniqueArray(name), (needs, roots) => {
        const packages = Object.fromEntries(
          Object.entries(needs).map(([key, of]) => [
            `node_modules/${key}`,
            { dependencies: Object.fromEntries(of.map((one) => [one, '1'])) },
          ]),
        );
        const closure = new Set(packageClosure({ packages }, roots).map((path) => path.replace('node_modules/', '')));
        const needed = [...closure].flatMap((one) => needs[one] ?? []);
        expect([...roots, ...needed].filter((one) => !closure.has(one))).toEqual([]);
        // Nothing is there without somebody who asked for it.
        expect([...closure].filter((one) => !(roots.includes(one) || needed.includes(one)))).toEqual([]);
      }),
    );
  });
});

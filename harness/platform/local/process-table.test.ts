import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcessStat, withDescendants } from './process-table.ts';

const line = (name: string) =>
  `8532 (${name}) S 8530 8532 8532 0 -1 4194560 3272 300 3 0 11 7 5 3 20 0 1 0 149238 154509312 5374 18446744073709551615 1 1 1 0 0 0 0 4194304 19935232 84487 1 0 0 17 0 0 0 0 0 0`;

describe('parseProcessStat', () => {
  it('sums own and reaped CPU time and keeps the start', () => {
    expect(parseProcessStat(line('postgres'))).toEqual({
      pid: 8532,
      parentPid: 8530,
      state: 'S',
      startTicks: 149_238,
      cpuTicks: 26,
      name: 'postgres',
    });
  });

  it('is not confused by names with spaces and brackets', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (name) => {
        const row = parseProcessStat(line(name));
        expect(row).toMatchObject({ pid: 8532, parentPid: 8530, state: 'S', startTicks: 149_238, cpuTicks: 26, name });
      }),
    );
  });

  it('takes nothing from a process that ended while it was read', () => {
    expect(parseProcessStat('')).toBeUndefined();
    expect(parseProcessStat('12 (no')).toBeUndefined();
  });
});

describe('withDescendants', () => {
  it('contains exactly those whose chain of parents leads to the root', () => {
    // Parents have smaller numbers than their children, so that every array is a forest.
    const forest = fc
      .array(fc.nat(), { minLength: 1, maxLength: 40 })
      .map((choices) => choices.map((choice, index) => ({ pid: index + 2, parentPid: 1 + (choice % (index + 1)) })));
    fc.assert(
      fc.property(forest, fc.nat(), (table, choice) => {
        const root = 2 + (choice % table.length);
        const parentOf = new Map(table.map(({ pid, parentPid }) => [pid, parentPid]));
        const leadsToRoot = (pid: number): boolean => pid === root || (parentOf.has(pid) && leadsToRoot(parentOf.get(pid) ?? 0));
        const expected = table.map(({ pid }) => pid).filter(leadsToRoot);
        const found = withDescendants([root], table).map(({ pid }) => pid);
        expect(found[0]).toBe(root);
        expect([...found].sort((a, b) => a - b)).toEqual(expected);
      }),
    );
  });

  it('leaves out pids that are gone', () => {
    expect(withDescendants([99], [{ pid: 2, parentPid: 1 }])).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationKindSchema } from '../contract/common.ts';
import { type Operation, operationSchema } from '../contract/operation.ts';
import { type HistoryMode, OperationLog } from './operation-log.ts';
import { testFolder } from './testing/load-plan.ts';

const us = fc.nat(1e9);
const id = fc.nat(1e9).map((job) => `0-single-judged-1:${job}`);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    type: fc.constant('invoke' as const),
    id,
    job: fc.nat(),
    kind: fc.constantFrom(...operationKindSchema.options),
    intendedUs: us,
    invokedUs: us,
  }),
  fc.record({
    type: fc.constant('ok' as const),
    id,
    sentUs: us,
    doneUs: us,
    status: fc.constant(200),
    body: fc.string({ unit: 'grapheme' }),
  }),
  fc.record({ type: fc.constant('info' as const), id, doneUs: us, errorClass: fc.constant('reset' as const) }),
);

/** The jobs of [0, count) of which a history keeps the operations. */
function keptOf(mode: HistoryMode, jobs: readonly number[]): number[] {
  using folder = testFolder();
  const log = new OperationLog(path.join(folder.path, 'log'), mode);
  log.close();
  return jobs.filter(log.keeps);
}

describe('operation log', () => {
  it('holds every operation as it was, one per line', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        using folder = testFolder();
        const file = path.join(folder.path, 'operations.jsonl');
        const log = new OperationLog(file, 'full');
        for (const one of operations) {
          log.append(one);
        }
        log.close();
        const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
        expect(lines.map((line) => operationSchema.parse(JSON.parse(line)))).toEqual(operations);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps every job, one in a hundred, or none', () => {
    const jobs = Array.from({ length: 100_000 }, (_, job) => job);
    expect(keptOf('full', jobs)).toHaveLength(100_000);
    expect(keptOf('none', jobs)).toEqual([]);
    const sampled = keptOf('sampled', jobs);
    expect(sampled.length).toBeGreaterThan(900);
    expect(sampled.length).toBeLessThan(1100);
    // The jobs of one user, or of one worker, are not all in it or all out of it.
    for (const step of [2, 3, 10, 100]) {
      const own = sampled.filter((job) => job % step === 1).length;
      expect(own).toBeGreaterThan(0);
      expect(own).toBeLessThan(100_000 / step / 40);
    }
  });
});

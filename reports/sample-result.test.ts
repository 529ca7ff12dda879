import { describe, expect, it } from 'vitest';
import { resultSchema } from '../harness/contract/result.ts';
import { everyResult } from './sample-cases.testing.ts';
import { everySimulated } from './sample-simulated.testing.ts';

describe('sample results', () => {
  it.each(Object.entries({ ...everyResult, ...everySimulated }))('%s is a result of the contract', (_name, build) => {
    expect(resultSchema.safeParse(build()).error?.issues ?? []).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { resultSchema } from '../harness/contract/result.ts';
import { everyResult } from './sample-cases.testing.ts';

describe('sample results', () => {
  it.each(Object.entries(everyResult))('%s is a result of the contract', (_name, build) => {
    expect(resultSchema.safeParse(build()).error?.issues ?? []).toEqual([]);
  });
});

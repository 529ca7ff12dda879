import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkVerdictSchema, exitCodeOf, runVerdictOf, runVerdictSchema } from './verdict.ts';

const valid = { validity: 'valid', interrupted: false } as const;

describe('exitCodeOf', () => {
  it.each([
    ['pass', 0],
    ['fail', 99],
    ['inconclusive', 0],
    ['no-data', 97],
  ] as const)('turns %s of a valid run into %i', (verdict, code) => {
    expect(exitCodeOf({ ...valid, verdict })).toBe(code);
  });

  it('refuses to pass what was not decided under --strict', () => {
    expect(exitCodeOf({ ...valid, verdict: 'inconclusive' }, true)).toBe(97);
  });

  it('lets an invalid run neither pass nor fail', () => {
    expect(exitCodeOf({ verdict: 'pass', validity: 'invalid', interrupted: false })).toBe(75);
    expect(exitCodeOf({ verdict: 'fail', validity: 'invalid', interrupted: false })).toBe(75);
  });

  it('says interrupted before anything else', () => {
    for (const verdict of runVerdictSchema.options) {
      expect(exitCodeOf({ verdict, validity: 'invalid', interrupted: true })).toBe(130);
    }
  });
});

describe('runVerdictOf', () => {
  it('never passes without a request or without a check', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...checkVerdictSchema.options)), (checks) => {
        expect(runVerdictOf(checks, 0)).toBe('no-data');
      }),
    );
    expect(runVerdictOf([], 1000)).toBe('no-data');
  });

  it('passes only when every check passed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...checkVerdictSchema.options), { minLength: 1 }), (checks) => {
        expect(runVerdictOf(checks, 1) === 'pass').toBe(checks.every((check) => check === 'pass'));
        expect(runVerdictOf(checks, 1) === 'fail').toBe(checks.includes('fail'));
      }),
    );
  });
});

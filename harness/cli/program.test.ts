import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../contract/failure.ts';
import { parseAndRun } from './program.ts';

const failureOf = async (...words: string[]) => {
  const error = await parseAndRun(words).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
};

describe('the command line', () => {
  it.each([
    [['single-vs-shraded'], 'unknown_scenario', '"single-vs-shraded"', 'did you mean "single-vs-sharded"?'],
    [['single-vs-sharded', '--profile', 'smoek'], 'unknown_profile', '"smoek"', 'did you mean "smoke"?'],
    [['single-vs-sharded', '--platform', 'dokcer'], 'unknown_platform', '"dokcer"', 'did you mean "docker"?'],
    [['single-vs-sharded', '--variants', 'single,router-hash-5'], 'unknown_variant', '"router-hash-5"', 'did you mean "router-hash-3"?'],
    [['single-vs-sharded', '--profil', 'smoke'], 'unknown_option', "'--profil'", '--profile'],
    [['single-vs-sharded', 'smoke'], 'unexpected_argument', '"smoke"', 'follow a lone --'],
    [['single-vs-sharded', '--seed', '-3'], 'invalid_argument', '"-3"', '--help'],
    [['single-vs-sharded', '--seed', 'NaN'], 'invalid_argument', '"NaN"', '--help'],
    [['explain', 'x-y-z'], 'unknown_scenario', '"x-y-z"', 'single-vs-sharded'],
    [[], 'missing_scenario', 'no scenario', 'single-vs-sharded'],
    [['report', '/nowhere'], 'no_result', '/nowhere', 'out/<run id>'],
  ])('refuses %j as %s with exit 64', async (words, code, value, hint) => {
    const failure = await failureOf(...words);
    expect(failure).toMatchObject({ code, exitCode: 64 });
    expect(failure.message).toContain(value);
    expect(failure.hint).toContain(hint);
  });

  it.each([
    [['list'], 'single-vs-sharded'],
    [['explain', 'single-vs-sharded'], 'router-hash-3'],
    [['explain', 'single-vs-sharded'], '6 × 3 s at 80/s per variant'],
    [['explain', 'load-test'], '1 × 4 s with 40 users per variant'],
    [['explain', 'load-test'], 'arrivals as the users of gemini-five-closed would ask'],
    [['explain', 'load-test'], 'from 20/s to 500/s in 75 s'],
  ])('answers %j on stdout', async (words, text) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await parseAndRun(words)).toBe(0);
      expect(write.mock.calls.map(([chunk]) => String(chunk)).join('')).toContain(text);
    } finally {
      write.mockRestore();
    }
  });

  it('prints a JSON Schema of everything that the contract names', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await parseAndRun(['schema']);
      const schema = JSON.parse(String(write.mock.calls[0]?.[0])) as { $defs: Record<string, { type?: string }> };
      expect(Object.keys(schema.$defs)).toEqual(
        expect.arrayContaining([
          'scenario',
          'topology',
          'workload',
          'plan',
          'event',
          'observation',
          'operation',
          'result',
          'claim',
          'verdict',
        ]),
      );
      expect(schema.$defs.result).toMatchObject({
        type: 'object',
        properties: { schemaVersion: { const: 1 } },
        additionalProperties: false,
      });
    } finally {
      write.mockRestore();
    }
  });
});

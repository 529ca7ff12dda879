import { expect, it } from 'vitest';
import { parseAndRun } from './program.ts';

it.each([
  [['export'], 'missing_format', 'no format', 'compose'],
  [['export', 'compsoe', 'single-vs-sharded', 'single'], 'unknown_format', '"compsoe"', 'did you mean "compose"?'],
  [['export', 'compose', 'single-vs-shraded', 'single'], 'unknown_scenario', '"single-vs-shraded"', 'did you mean "single-vs-sharded"?'],
  [['export', 'compose', 'single-vs-sharded', 'router-hahs-3'], 'unknown_variant', '"router-hahs-3"', 'did you mean "router-hash-3"?'],
  [['export', 'compose', 'single-vs-sharded'], 'missing_argument', "'variant'", '--help'],
  [['export', 'compose', 'single-vs-sharded', 'single', 'smoke'], 'excess_arguments', 'smoke', '--help'],
  [['export', 'compose', 'single-vs-sharded', 'single', '--profile', 'smoek'], 'unknown_profile', '"smoek"', 'did you mean "smoke"?'],
  [['export', 'compose', 'single-vs-sharded', 'single', '--gateway-prot', '1'], 'unknown_option', "'--gateway-prot'", '--gateway-port'],
  [['export', 'compose', 'single-vs-sharded', 'single', '--gateway-port', '0'], 'invalid_argument', '"0"', '--help'],
  [['export', 'compose', 'single-vs-sharded', 'single', '--publish', 'vector-0:1'], 'invalid_argument', '"vector-0:1"', '--help'],
  [['export', 'compose', 'single-vs-sharded', 'single', '--cpus', '0'], 'invalid_argument', '"0"', '--help'],
])('refuses %j as %s with exit 64', async (words, code, value, hint) => {
  await expect(parseAndRun(words)).rejects.toMatchObject({
    code,
    exitCode: 64,
    message: expect.stringContaining(value),
    hint: expect.stringContaining(hint),
  });
});

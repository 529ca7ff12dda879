import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine } from './shell-words.ts';

describe('commandLine', () => {
  it('leaves words alone that need nothing', () => {
    expect(commandLine(['--goal', 'p95=3000ms', 'a/b.yaml'])).toBe('--goal p95=3000ms a/b.yaml');
  });

  it('is taken apart by a shell into the same words', () => {
    const word = fc.oneof(
      fc.constantFrom("it's", 'a b', '', '$HOME', '`x`', '{job="rag"}', 'sum(rate(a[1m]))=queueLength', '-', '\\', '*'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(
          word.filter((text) => !/[\0\n\ud800-\udfff]/.test(text)),
          { minLength: 1, maxLength: 6 },
        ),
        (words) => {
          const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${commandLine(words)}`], { encoding: 'utf8' });
          expect(printed).toBe(`${words.join('\n')}\n`);
        },
      ),
      { numRuns: 20 },
    );
  });
});

import { describe, expect, it, vi } from 'vitest';
import { parseAndRun } from './program.ts';

describe('the command line of the doctor', () => {
  it.each([
    [['doctor', '--platform', 'dokcer'], 'unknown_platform', 'did you mean "docker"?'],
    [['doctor', 'docker'], 'unexpected_argument', 'follow a lone --'],
    [['doctor', '--jsno'], 'unknown_option', '--json'],
  ])('refuses %j as %s before it looks at anything', async (words, code, hint) => {
    await expect(parseAndRun(words)).rejects.toMatchObject({ code, exitCode: 64, hint: expect.stringContaining(hint) });
  });

  it.each([
    [['doctor', '--help'], 'without an engine, auto takes the local platform'],
    [['schema'], '"doctor": {'],
  ])('tells by %j what its answers mean', async (words, text) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await parseAndRun(words)).toBe(0);
      expect(write.mock.calls.map(([chunk]) => String(chunk)).join('')).toContain(text);
    } finally {
      write.mockRestore();
    }
  });
});

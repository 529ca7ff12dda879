import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, printed } from './testing/printed.ts';

const fixture = fileURLToPath(new URL('../../fixtures/calibration/single-vs-sharded-standard.json', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'simulate-calibration-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => printed(['simulate', 'calibration', '--windows', '2', ...words]);
const refusalOf = (...words: string[]) => failureOf(run(...words));

describe('simulate calibration', () => {
  it('prints the answer, every rung with its error beside the runs, and where the figures came from', async () => {
    const { exitCode, stdout } = await run('--result', fixture);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^single, calibrated at 80\/s:\n/);
    expect(stdout).toMatch(/repetitions at 80\/s differ in p95 by [−+]\d+ % … [−+]\d+ %/);
    expect(stdout).toMatch(/^ {2}80\/s +p50 +[\d.]+ ms +[\d.]+ ms +fit +[\d.]+ ms +fit +[−+]\d+ % … [−+]\d+ %$/m);
    expect(stdout).toMatch(/^ {2}150\/s +p50 +[\d.]+ ms/m);
    expect(stdout).toContain('costs.fanOut.oneShardMs');
    expect(stdout).toContain('not told by the result:');
  });

  it('prints one document with the same figures, from the folder of a run as from its file', async () => {
    await writeFile(path.join(folder, 'result.json'), await readFile(fixture));
    const { stdout } = await run('--result', folder, '--variant', 'router-hash-3', '--json');
    const document = JSON.parse(stdout) as { kind: string; variant: string; models: { id: string; rungs: { kind: string }[] }[] };
    expect(document).toMatchObject({ kind: 'calibration', variant: 'router-hash-3', windows: 2, calibratedAtPerSecond: 80 });
    expect(document.models.map(({ id }) => id)).toEqual(['own-cores', 'shared-machine']);
    expect(document.models.flatMap(({ rungs }) => rungs.filter(({ kind }) => kind === 'fit'))).toHaveLength(2);
    expect((await run('--result', fixture, '--variant', 'router-hash-3', '--json')).stdout).toBe(stdout);
  });

  it.each([
    [['--result', 'no-such-file.json'], 'no_result', 64, 'no-such-file.json'],
    [['--result', fixture, '--variant', 'router-hash-33'], 'unknown_variant', 78, '"router-hash-33"'],
    [['--result', fixture, '--at', '81'], 'unknown_rate', 78, '81/s'],
    [['--result', fixture, 'stray'], 'unexpected_argument', 64, '"stray"'],
  ])('refuses %j', async (words, code, exitCode, value) => {
    const failure = await refusalOf(...words);
    expect(failure).toMatchObject({ code, exitCode });
    expect(failure.message).toContain(value);
    expect(failure.hint).toBeDefined();
  });

  it('refuses a file that is no result', async () => {
    const file = path.join(folder, 'other.json');
    await writeFile(file, '{"schemaVersion": 1}');
    expect(await refusalOf('--result', file)).toMatchObject({ code: 'invalid_configuration', exitCode: 78 });
  });
});

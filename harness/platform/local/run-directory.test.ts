import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareVariantDirectories, requireRoom } from './run-directory.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('prepareVariantDirectories', () => {
  it('empties the state of an earlier start and leaves nothing of its own', async () => {
    const { variantState } = await prepareVariantDirectories(directory, 'single');
    await writeFile(join(variantState, 'old'), '');
    const again = await prepareVariantDirectories(directory, 'single');
    expect(again.variantState).toBe(variantState);
    expect(await readdir(variantState)).toEqual([]);
  });

  it('refuses a run folder that cannot exist', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(prepareVariantDirectories(join(directory, 'file'), 'single')).rejects.toMatchObject({
      code: 'run_directory_not_writable',
      exitCode: 75,
    });
  });
});

describe('requireRoom', () => {
  it('names the room that is left and the room that is needed', () => {
    expect(() => requireRoom('/runs', 499_999_999)).toThrow(
      expect.objectContaining({ exitCode: 75, message: '/runs has 499 MB left, 500 MB are needed' }),
    );
    expect(() => requireRoom('/runs', 500_000_000)).not.toThrow();
  });
});

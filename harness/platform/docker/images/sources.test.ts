import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { sourcesHash } from './sources.ts';

const project = {
  Dockerfile: 'FROM scratch',
  'package-lock.json': '{}',
  'system/gateway/main.ts': 'one',
  'system/query/main.ts': 'two',
  'system/query/main.test.ts': 'a test',
  'system/testing/fake.ts': 'a fake',
  'harness/platform/docker/images/stand-ins/redis-entrypoint.sh': 'exec redis-server',
};
type File = keyof typeof project;

async function hashOf(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sources-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    return await sourcesHash(`${root}/`);
  } finally {
    await rm(root, { recursive: true });
  }
}

it('depends on what an image holds and on how it is made, wherever the checkout lies', async () => {
  const original = await hashOf(project);
  expect(original).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashOf(project)).toBe(original);
  const kept: File[] = ['system/query/main.test.ts', 'system/testing/fake.ts'];
  for (const file of Object.keys(project)) {
    const changed = await hashOf({ ...project, [file]: 'changed' });
    expect([file, changed === original]).toEqual([file, (kept as string[]).includes(file)]);
  }
});

it('sees a file that is new, renamed, or whose end became the next one’s start', async () => {
  const original = await hashOf(project);
  const { 'system/query/main.ts': moved, ...rest } = project;
  const others = [
    { ...project, 'system/query/new.ts': '' },
    { ...rest, 'system/query/other.ts': moved },
    { ...project, 'system/gateway/main.ts': 'onetw', 'system/query/main.ts': 'o' },
  ];
  const hashes = await Promise.all(others.map(hashOf));
  expect(new Set([original, ...hashes]).size).toBe(others.length + 1);
});

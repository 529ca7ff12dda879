import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { ContainerPart } from '../rendering/containers.ts';
import { serviceWithFiles } from './compose-part-files.ts';

const part: ContainerPart = {
  tier: 'gateway',
  id: 'gateway-0',
  position: 0,
  image: 'system',
  environment: { KEPT: 'as it was' },
  port: 8080,
  ready: { kind: 'http', path: '/ready' },
  after: [],
  quota: { cpus: 1, memoryMiB: 64 },
};

it('writes the files of a part before its program begins', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-files-'));
  try {
    const files = {
      [path.join(folder, 'keys.json')]: '[\n{"it\'s": "$KEY"}\n]',
      [path.join(folder, "50% of #1's")]: 'second',
    };
    const program = path.join(folder, 'main.mjs');
    await writeFile(
      program,
      "import { readFileSync } from 'node:fs';\nconst read = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));\nprocess.stdout.write(JSON.stringify([...read, process.env.KEPT]));\n",
    );
    const service = serviceWithFiles({ ...part, files, command: ['node', program, ...Object.keys(files)] });
    const [, ...words] = service.command ?? [];
    const { stdout } = await promisify(execFile)(process.execPath, words, { env: service.environment });
    expect(JSON.parse(stdout)).toEqual([...Object.values(files), 'as it was']);
    expect(service.tmpfs).toEqual([`${folder}:mode=1777,size=1m`]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('leaves a part without files as it is', () => {
  expect(serviceWithFiles({ ...part, command: ['./qdrant', '--uri', 'x'] })).toEqual({
    command: ['./qdrant', '--uri', 'x'],
    environment: part.environment,
    tmpfs: [],
  });
});

it('refuses files where no Node could write them', () => {
  expect(() => serviceWithFiles({ ...part, files: { '/etc/x': '' }, command: ['./qdrant'] })).toThrow(/gateway-0 has files.*"\.\/qdrant"/);
});

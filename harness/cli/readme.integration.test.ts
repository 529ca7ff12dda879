import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const commands = [...readme.matchAll(/^```\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => line.startsWith('npm '));
const run = promisify(execFile);

/** Run by the tests of the command line and by continuous integration, in a fresh clone. */
const runElsewhere = [
  'npm ci && npm run scenario single-vs-sharded',
  'npm ci && npm test',
  'npm run scenario single-vs-sharded -- --profile smoke',
  'npm run scenario load-test -- --profile smoke',
  'npm run images',
  'npm run scenario single-vs-sharded -- --profile smoke --platform docker',
];

describe('the README', () => {
  it('shows the commands that are tried elsewhere', () => {
    expect(commands).toEqual(expect.arrayContaining(runElsewhere));
  });

  it.each(commands.filter((command) => !runElsewhere.includes(command)))('shows a command that works: %s', async (command) => {
    const [program = '', ...words] = command.split(' ');
    const { stdout } = await run(program, words, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    expect(stdout).toMatch(/single-vs-sharded|rag-testbed|cases agree|simulate-scaling/);
  });

  it('names only files that exist', async () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).filter((target) => !target.startsWith('http'));
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      await expect(readFile(new URL(link, new URL('../../', import.meta.url)))).resolves.toBeDefined();
    }
  });
});

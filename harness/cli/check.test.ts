import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, printed } from './testing/printed.ts';

const own = fileURLToPath(new URL('../../fixtures/hpa-cases/policies.yaml', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const check = (...words: string[]) => printed(['check', ...words]);
const refusalOf = (...words: string[]) => failureOf(check(...words));

const disabled = (desiredReplicas: number) =>
  JSON.stringify([
    {
      name: 'disabled',
      input: { spec: { maxReplicas: 5 }, status: { currentReplicas: 0 }, now: '2026-01-01T00:00:00Z' },
      expected: { desiredReplicas },
    },
  ]);

describe('check hpa', () => {
  it('exits 0 where every case agrees', async () => {
    const { exitCode, stdout } = await check('hpa', '--cases', own);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^(\d+) of \1 cases agree with the Kubernetes HPA rule\n$/);
  });

  it('reads JSON as well, prints each disagreement, and exits 99', async () => {
    const file = await written('wrong.json', disabled(3));
    const { exitCode, stdout } = await check('hpa', '--cases', file);
    expect(exitCode).toBe(99);
    expect(stdout).toContain('disabled\n    desiredReplicas: expected 3, actual 0\n');
    expect(stdout).toContain('0 of 1 cases agree');
  });

  it('prints one JSON document', async () => {
    const file = await written('one.json', disabled(3));
    const { exitCode, stdout } = await check('hpa', '--cases', file, '--json');
    expect(exitCode).toBe(99);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'hpa-check',
      file,
      cases: 1,
      agreed: 0,
      disagreements: [{ name: 'disabled', field: 'desiredReplicas', expected: 3, actual: 0, proposals: [] }],
    });
  });

  it('tells malformed input, an empty table and a missing file apart', async () => {
    const malformed = await refusalOf('hpa', '--cases', await written('malformed.yaml', disabled(3).replace('maxReplicas', 'maxReplica')));
    expect(malformed).toMatchObject({ exitCode: 78, code: 'invalid_cases' });
    expect(malformed.message).toContain('input.spec.maxReplica: unknown field "maxReplica"; did you mean "maxReplicas"?');
    expect(await refusalOf('hpa', '--cases', await written('no.yaml', 'a: [1'))).toMatchObject({ exitCode: 78, code: 'invalid_yaml' });
    expect(await refusalOf('hpa', '--cases', await written('empty.yaml', '[]'))).toMatchObject({ exitCode: 97, code: 'no_cases' });
    expect(await refusalOf('hpa', '--cases', await written('nothing.yaml', ''))).toMatchObject({ exitCode: 78, code: 'invalid_cases' });
    expect(await refusalOf('hpa', '--cases', path.join(folder, 'absent.yaml'))).toMatchObject({ exitCode: 64, code: 'no_file' });
  });

  it('refuses what it does not know, and flags that npm swallowed', async () => {
    expect(await refusalOf('vpa')).toMatchObject({ exitCode: 64, hint: 'known: hpa' });
    expect(await refusalOf()).toMatchObject({ exitCode: 64, code: 'missing_check' });
    expect(await refusalOf('hpa', own)).toMatchObject({ exitCode: 64 });
    expect(await refusalOf('hpa', own, '--cases', own)).toMatchObject({ exitCode: 64, code: 'unexpected_argument' });
  });
});

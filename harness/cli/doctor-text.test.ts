import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cells } from '../../reports/text-width.ts';
import type { Checked, DoctorReport } from '../doctor/report.ts';
import { renderDoctor } from './doctor-text.ts';

const checks: readonly Checked[] = [
  { id: 'engine', title: 'Docker engine', group: 'engine', why: 'containers need it', status: 'ok', observed: '27.3.1, API 1.47' },
  {
    id: 'image-qdrant',
    title: 'qdrant image',
    group: 'images',
    why: 'the vectors live there',
    status: 'lack',
    observed: 'missing: qdrant/qdrant:v1.18.3',
    fix: 'npm run images',
    blocks: ['docker'],
  },
  {
    id: 'image-redis',
    title: 'redis image',
    group: 'images',
    why: 'scenarios with a shared cache need it, of which there is none so far on this machine',
    status: 'warn',
    observed: 'missing: redis:8.2.1-alpine',
    fix: 'npm run images',
  },
  { id: 'cores', title: 'cores', group: 'machine', why: 'they are shared', status: 'ok', observed: '2 cores (一个很长的中文处理器名称)' },
  {
    id: 'real-time',
    title: 'real-time scheduling',
    group: 'time',
    why: 'the generator fires in time',
    status: 'warn',
    observed: 'not permitted: chrt: failed to set pid 0’s policy: Operation not permitted',
    fix: 'echo "$USER - rtprio 10" | sudo tee /etc/security/limits.d/rag-testbed.conf && su - "$USER"',
  },
  {
    id: 'cpu-steal',
    title: 'CPU steal',
    group: 'time',
    why: 'a neighbour',
    status: 'unknown',
    observed: 'unknown: macOS has no /proc/stat here',
  },
];

const unfit: DoctorReport = {
  schemaVersion: 1,
  verdict: 'unfit',
  exitCode: 75,
  requested: 'docker',
  taken: { id: 'docker', why: '--platform docker was asked for' },
  platforms: [
    {
      id: 'docker',
      ready: false,
      lacks: ['image-qdrant'],
      scenarios: [
        {
          id: 'single-vs-sharded',
          variants: ['single', 'router-hash-3'],
          leftOut: [
            { variant: 'qdrant-cluster-3', why: 'the image is a stand-in' },
            { variant: 'qdrant-cluster-3x2', why: 'the image is a stand-in' },
          ],
        },
      ],
    },
    { id: 'local', ready: true, lacks: [], scenarios: [{ id: 'single-vs-sharded', variants: ['single'], leftOut: [] }] },
  ],
  checks: [...checks],
  elapsedMs: 2345,
};

describe('the text of the doctor', () => {
  const text = renderDoctor(unfit, { color: false, columns: 80 });

  it('gives the answer first, and what keeps a run from starting', () => {
    expect(text.split('\n').slice(0, 4)).toEqual([
      'doctor  platform docker · 6 checks in 2.3 s',
      '',
      'UNFIT  No run could start on the docker platform: qdrant image.',
      '       --platform docker was asked for',
    ]);
    expect(text).toMatch(/^exit 75 {4}a run on the docker platform could not start$/m);
  });

  it('tells what each platform could run, and what is left out for one reason together', () => {
    expect(text).toContain('✕  docker     lacks qdrant image');
    expect(text).toContain('left out: qdrant-cluster-3, qdrant-cluster-3x2, because the image\n');
    expect(text).toContain('✓  local      single-vs-sharded: single\n');
  });

  it('marks every check, and says why it matters only where something is wrong', () => {
    expect(text).toMatch(/^✓ {2}Docker engine {9}27\.3\.1, API 1\.47$/m);
    expect(text).toMatch(/^✕ {2}qdrant image {10}missing/m);
    expect(text).toMatch(/^\? {2}CPU steal {13}unknown: macOS/m);
    expect(text).toContain('the vectors live there');
    expect(text).not.toContain('containers need it');
  });

  it('tells in one line what several checks do not know for one reason', () => {
    const unasked = ['one', 'two'].map(
      (id): Checked => ({
        id,
        title: `number ${id}`,
        group: 'engine',
        why: 'it matters',
        status: 'unknown',
        observed: 'unknown: nobody to ask',
      }),
    );
    const shown = renderDoctor({ ...unfit, checks: [...checks, ...unasked] }, { color: false, columns: 100 });
    expect(shown).toMatch(/^\? {2}2 checks +unknown: nobody to ask about number one, number two$/m);
    expect(shown.match(/nobody to ask/g)).toHaveLength(1);
  });

  it('names each command once, unbroken, what blocks a platform first', () => {
    const remedies = text.split('what mends it\n')[1] ?? '';
    const commands = remedies.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(commands).toEqual(['  npm run images', `  ${checks.find(({ id }) => id === 'real-time')?.fix}`]);
    expect(remedies).toContain('    for qdrant image, redis image\n');
  });

  it('has colours only when they are asked for, and the same words with them', () => {
    const coloured = renderDoctor(unfit, { color: true, columns: 80 });
    expect(coloured).not.toBe(text);
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  it('lets no control character of a foreign answer through', () => {
    const [first, ...rest] = checks;
    const hostile = { ...(first as Checked), observed: 'version \u001b[2J\u0007 1' };
    expect(renderDoctor({ ...unfit, checks: [hostile, ...rest] }, { color: false, columns: 80 })).not.toMatch(/[\p{Cc}--\n]/v);
  });

  it('fits the terminal, save for commands and words that are longer than their room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 160 }), (columns) => {
        const lines = renderDoctor(unfit, { color: false, columns }).split('\n');
        const commands = checks.flatMap(({ fix }) => (fix === undefined ? [] : [`  ${fix}`]));
        const tooLong = lines.filter((line) => cells(line) > columns && !commands.includes(line));
        expect(
          tooLong.filter((line) =>
            line
              .trim()
              .split(/ +/)
              .every((word) => cells(word) < columns - 40),
          ),
        ).toEqual([]);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { concluded, type Grounds } from './conclusion.ts';
import type { Checked, PlatformId } from './report.ts';

const lack = (id: string, ...blocks: PlatformId[]): Checked => ({
  id,
  title: id,
  group: 'machine',
  why: 'it matters',
  status: 'lack',
  observed: 'nothing',
  blocks,
});
const scenario = { id: 'one', variants: ['a', 'b'], leftOut: [] };

function conclude(requested: Grounds['requested'], auto: PlatformId, checks: readonly Checked[], docker = [scenario]) {
  const offers = [
    { id: 'docker' as const, scenarios: docker },
    { id: 'local' as const, scenarios: [scenario] },
  ];
  return concluded({ requested, platforms: { auto: { id: auto, why: 'so it is' }, offers }, checks, scenarioCount: 1 });
}

describe('the verdict of the doctor', () => {
  it('is ready on the platform that auto takes, whatever the other lacks', () => {
    expect(conclude('auto', 'local', [lack('engine', 'docker')], [])).toMatchObject({
      verdict: 'ready',
      exitCode: 0,
      taken: { id: 'local' },
    });
    expect(conclude('auto', 'docker', [lack('postgres', 'local')])).toMatchObject({
      verdict: 'ready',
      exitCode: 0,
      taken: { id: 'docker' },
    });
  });

  it('is unfit where the platform that auto takes lacks something, though the other does not', () => {
    expect(conclude('auto', 'docker', [lack('engine-quotas', 'docker')])).toMatchObject({ verdict: 'unfit', exitCode: 75 });
  });

  it('is unfit where neither could run', () => {
    expect(conclude('auto', 'local', [lack('ports', 'docker', 'local')])).toMatchObject({ verdict: 'unfit', exitCode: 75 });
  });

  it('asks about the platform that was named', () => {
    const checks = [lack('engine', 'docker')];
    expect(conclude('docker', 'local', checks, [])).toMatchObject({ verdict: 'unfit', exitCode: 75, taken: { id: 'docker' } });
    expect(conclude('local', 'docker', checks)).toMatchObject({ verdict: 'ready', exitCode: 0, taken: { id: 'local' } });
  });

  it('is unfit where a scenario has no variant, or was not looked at, though no check lacks anything', () => {
    expect(conclude('docker', 'docker', [], [{ ...scenario, variants: [] }])).toMatchObject({ verdict: 'unfit' });
    expect(conclude('docker', 'docker', [], [])).toMatchObject({ verdict: 'unfit' });
  });

  it('changes for no warning', () => {
    expect(conclude('auto', 'docker', [{ ...lack('cpu-load', 'docker'), status: 'warn' }])).toMatchObject({
      verdict: 'ready',
      exitCode: 0,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { scalingRules } from '../../scenarios/scaling-rules.ts';
import { explainScenario } from './describe.ts';
import { parseAndRun } from './program.ts';

describe('a scenario that is simulated', () => {
  it.each([
    [['--platform', 'docker'], 'scenario_is_simulated', '--platform docker'],
    [['--platform', 'local'], 'scenario_is_simulated', '--platform local'],
    [['--workers', '2'], 'flag_without_meaning', '--workers'],
    [['--cpus', '1', '--memory', '64'], 'flag_without_meaning', '--cpus and --memory'],
    [['--qdrant-image', 'q'], 'flag_without_meaning', '--qdrant-image'],
  ])('refuses %j as %s, by name', async (flags, code, named) => {
    await expect(parseAndRun(['scaling-rules', ...flags])).rejects.toMatchObject({
      code,
      exitCode: 64,
      message: expect.stringContaining(named),
      hint: expect.any(String),
    });
  });

  it('cannot be exported', async () => {
    await expect(parseAndRun(['export', 'compose', 'scaling-rules', 'spike-ratio'])).rejects.toMatchObject({
      code: 'scenario_is_simulated',
      exitCode: 64,
    });
  });

  it('is explained without documents, rates and ladders', () => {
    const text = explainScenario(scalingRules);
    expect(text).toContain('3 replications in virtual time');
    expect(text).toContain('simulated, 1200 s of virtual time');
    expect(text).not.toMatch(/documents|ladder|undefined/);
  });
});

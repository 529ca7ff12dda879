import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SimulatedSystem } from '../../../contract/simulation.ts';
import { readAutoscalerRule } from './rules.ts';
import { readServiceTimes } from './service-times.ts';
import { idOf, type UserRun, userScenario } from './user-scenario.ts';

const fixture = (name: string) => readFile(new URL(`../../../../fixtures/${name}`, import.meta.url), 'utf8');
const system: SimulatedSystem = readServiceTimes(await fixture('service-times/assumed.yaml'), 'assumed.yaml');
const { title, settings } = readAutoscalerRule(await fixture('autoscalers/chapter-a-hpa.yaml'), 'a.yaml', {});

const own = { name: 'chapter-a-hpa', title, settings };
const run: UserRun = {
  rules: [own],
  system,
  load: { title: 'spike', arrivals: 'poisson', profile: { shape: 'step', steps: [{ fromSeconds: 0, ratePerSecond: 5 }] } },
  seconds: 600,
  goal: { percentile: 95, responseMs: 3000, errorShare: 0.01 },
  initialReplicas: 3,
  replications: 5,
  costPerReplicaHour: 0.1,
};

describe('userScenario', () => {
  it('simulates the autoscaler and both bounds, and judges the autoscaler alone', () => {
    const scenario = userScenario(run);
    expect(scenario.baseline).toBe('chapter-a-hpa');
    expect(scenario.variants.map(({ id, simulated }) => [id, simulated?.controller.by])).toEqual([
      ['chapter-a-hpa', 'rule'],
      ['static-at-peak', 'static-at-peak'],
      ['clairvoyant', 'clairvoyant'],
    ]);
    expect(scenario.variants.map(({ measuredOnly }) => measuredOnly?.length ?? 0)).toEqual([0, 2, 2]);
    expect(scenario.slos.map(({ metric, limit }) => [metric, limit])).toEqual([
      ['ask-response-p95', 3000],
      ['error-ratio', 0.01],
    ]);
    expect(scenario.profiles.quick?.repetitions).toBe(5);
    expect(scenario.variants[0]?.simulated).toMatchObject({ seconds: 600, initialReplicas: 3, costPerReplicaHour: 0.1, system });
  });

  it('tells rules of one name apart, and from the bounds', () => {
    const others = [own, { ...own, name: 'clairvoyant' }];
    expect(userScenario({ ...run, rules: [own, ...others] }).variants.map(({ id }) => id)).toEqual([
      'chapter-a-hpa',
      'chapter-a-hpa-2',
      'clairvoyant-2',
      'static-at-peak',
      'clairvoyant',
    ]);
  });

  it('refuses a load that is longer than a simulation', () => {
    expect(() => userScenario({ ...run, seconds: 32 * 86_400 })).toThrow(
      expect.objectContaining({ code: 'load_too_long', exitCode: 78, message: expect.stringContaining('32 days') }),
    );
  });
});

describe('idOf', () => {
  it.each([
    ['Chapter A (HPA)', 'chapter-a-hpa'],
    ['__', 'rule'],
    ['自动扩缩', 'rule'],
    ['x'.repeat(60), 'x'.repeat(40)],
  ])('of %j is %j', (word, id) => {
    expect(idOf(word, 'rule')).toBe(id);
  });
});

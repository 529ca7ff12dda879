import { describe, expect, it } from 'vitest';
import { rateOfUsers, workloadOf } from '../harness/contract/effective-workload.ts';
import { metricDefinition } from '../harness/contract/metrics.ts';
import { scenarioSchema, variantsIn } from '../harness/contract/scenario.ts';
import { planOf } from '../harness/run/plan.ts';
import { randomStream } from '../system/policies/random-stream.ts';
import { presets } from '../system/provider/presets/index.ts';
import { loadTest } from './load-test.ts';

const variantNamed = (id: string) => {
  const found = loadTest.variants.find((variant) => variant.id === id);
  if (found === undefined) {
    throw new RangeError(`load-test has no variant ${id}`);
  }
  return found;
};

describe('the load test', () => {
  it('is a valid scenario', () => {
    expect(() => scenarioSchema.parse(loadTest)).not.toThrow();
  });

  it('asks what the source material asks: a thousand users, 1 to 3 s of thought, ten questions to a probe, two minutes of patience', () => {
    const { closedLoop, mix, deadlineMs, queries } = workloadOf(loadTest.workload, variantNamed('gemini-five-closed'));
    expect(closedLoop).toMatchObject({ users: 1000, thinkTime: { distribution: 'uniform', minimumMs: 1000, maximumMs: 3000 } });
    expect(mix).toEqual({ ask: 10, health: 1 });
    expect([deadlineMs, queries.distinct, loadTest.profiles.full.steadySeconds]).toEqual([120_000, 5, 600]);
  });

  it('runs three models four ways and streamed, and the failure story, in full and standard', () => {
    const models = new Set(
      loadTest.variants.filter(({ overload }) => overload === undefined).map(({ topology }) => topology.provider.chat),
    );
    expect(models).toEqual(new Set(['gemini-2.5-flash', 'gpt-4o-mini', 'sonnet-4.6']));
    const full = variantsIn(loadTest, 'full');
    for (const model of ['gemini', 'mini', 'sonnet']) {
      for (const way of ['five-closed', 'five-open', 'repeats-closed', 'repeats-open', 'streamed']) {
        expect(full).toContain(`${model}-${way}`);
      }
    }
    expect(variantsIn(loadTest, 'standard').filter((id) => id.startsWith('one-instance'))).toEqual([
      'one-instance',
      'one-instance-heap-192',
      'one-instance-pool-4',
      'one-instance-60-rpm',
    ]);
    expect(variantsIn(loadTest, 'smoke')).toEqual(['gemini-five-closed', 'gemini-repeats-closed', 'gemini-repeats-open']);
  });

  it.each(['gemini', 'mini', 'sonnet'])('knows how long a question takes under %s when nothing queues, within five per cent', (model) => {
    const { topology, rateOf } = variantNamed(`${model}-repeats-open`);
    const preset = presets[topology.provider.chat];
    const { answers, embeddings } = preset;
    if (answers.kind !== 'hosted' || embeddings.kind !== 'hosted') {
      throw new TypeError(`${topology.provider.chat} is not hosted`);
    }
    const stream = randomStream(1, 'mean of a question');
    const draws = 200_000;
    let sum = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      sum +=
        embeddings.durationMs(stream) +
        answers.timeToFirstTokenMs(stream) +
        (preset.outputTokens(stream) - 1) * answers.timePerOutputTokenMs(stream);
    }
    // Ten of eleven requests are questions, and of those 88.5 % are misses.
    const mean = (sum / draws) * (10 / 11) * 0.885;
    expect(Math.abs((rateOf?.responseMs ?? 0) / mean - 1)).toBeLessThan(0.05);
  });

  it('offers an open twin what its users would ask if nothing queued', () => {
    const { steps } = planOf({ scenario: loadTest, profile: 'standard', seed: 1, runId: 'r', variants: variantsIn(loadTest, 'standard') });
    const closed = workloadOf(loadTest.workload, variantNamed('mini-repeats-closed')).closedLoop;
    const open = steps.find(({ variant, phase }) => variant === 'mini-repeats-open' && phase === 'judged');
    expect(closed).toBeDefined();
    expect(open?.ratePerSecond).toBe(closed && rateOfUsers(closed, variantNamed('mini-repeats-open').rateOf?.responseMs ?? 0));
    expect(steps.find(({ variant, phase }) => variant === 'gemini-five-open' && phase === 'judged')?.ratePerSecond).toBe(500);
    expect(steps.filter(({ variant }) => variant === 'mini-repeats-closed').every(({ ratePerSecond }) => ratePerSecond === undefined)).toBe(
      true,
    );
  });

  it('warms each system up once, however many variants it serves, and ends with the ramps', () => {
    const { steps } = planOf({ scenario: loadTest, profile: 'standard', seed: 1, runId: 'r', variants: variantsIn(loadTest, 'standard') });
    expect(steps.filter(({ phase }) => phase === 'pilot').map(({ variant }) => variant)).toEqual([
      'gemini-five-closed',
      'mini-five-closed',
      'sonnet-five-closed',
      'one-instance',
      'one-instance-heap-192',
      'one-instance-pool-4',
      'one-instance-60-rpm',
    ]);
    expect(steps.slice(-4).every(({ phase, ramp }) => phase === 'overload' && ramp !== undefined)).toBe(true);
  });

  it('has goals for what a variant sends, and says why one is not held to it', () => {
    for (const { metric } of loadTest.slos) {
      const { kind } = metricDefinition(metric);
      expect(kind === undefined || loadTest.variants.some((variant) => (workloadOf(loadTest.workload, variant).mix[kind] ?? 0) > 0)).toBe(
        true,
      );
    }
    expect(variantNamed('mini-repeats-closed').measuredOnly?.map(({ slo }) => slo)).toEqual(['ask-p95', 'ask-mean']);
    expect(variantNamed('gemini-repeats-closed').measuredOnly?.map(({ slo }) => slo)).toEqual(['ask-p95']);
    expect(variantNamed('gemini-five-closed').measuredOnly).toBeUndefined();
  });
});

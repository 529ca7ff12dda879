import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import times from '../fixtures/simulated-askbot/times.json' with { type: 'json' };
import { scalingRuleSchema } from '../harness/autoscaling/index.ts';
import { readAutoscaler } from '../harness/autoscaling/manifests/autoscaler.ts';
import { profileIdSchema } from '../harness/contract/common.ts';
import { scenarioSchema, variantsIn } from '../harness/contract/scenario.ts';
import { replicaCapacity } from '../harness/simulation/variant/capacity.ts';
import { randomStream } from '../system/policies/random-stream.ts';
import { gpt4oMini } from '../system/provider/presets/gpt-4o-mini.ts';
import { ragPulseWeights } from './scaling-rules/loads.ts';
import { capacityPerSecond, rules } from './scaling-rules/rules.ts';
import { cpuBound } from './scaling-rules/systems.ts';
import { scalingRules } from './scaling-rules.ts';

const text = (file: string) => readFile(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');

describe('scaling-rules', () => {
  it('is a scenario all of whose variants are simulated, with rules that make sense', () => {
    const { variants } = scenarioSchema.parse(scalingRules);
    for (const { simulated } of variants) {
      const controller = simulated?.controller;
      expect(controller).toBeDefined();
      if (controller?.by === 'rule') {
        expect(scalingRuleSchema.safeParse(controller.settings).error?.issues ?? []).toEqual([]);
      }
    }
  });

  it('measures in every profile the baseline of what it measures, and holds as many as the peak needs to the goal', () => {
    for (const profile of profileIdSchema.options) {
      const ids = variantsIn(scalingRules, profile);
      const chosen = scalingRules.variants.filter(({ id }) => ids.includes(id));
      for (const { id, baseline } of chosen) {
        expect(ids, `${profile}: ${id}`).toContain(baseline);
      }
      const held = chosen.filter(({ measuredOnly }) => measuredOnly === undefined);
      expect(held.length).toBeGreaterThan(0);
      expect(held.every(({ simulated }) => simulated?.controller.by === 'static-at-peak')).toBe(true);
    }
  });

  it('scales chapter A’s way as its manifest does', async () => {
    const { spec } = readAutoscaler(await text('autoscalers/chapter-a-hpa.yaml'), 'chapter-a-hpa.yaml');
    const { scaleTargetRef: _, ...rest } = spec as Record<string, unknown>;
    expect(rules['askbot-hpa'].settings).toEqual({ type: 'hpa', spec: rest });
  });

  it('rests on a capacity that the simulation finds again, to a tenth', async () => {
    const goal = scalingRules.variants[0]?.simulated?.goal;
    expect(goal).toBeDefined();
    if (goal !== undefined) {
      const { ratePerSecond } = await replicaCapacity(cpuBound, goal, 1);
      expect(Math.abs(ratePerSecond / capacityPerSecond - 1)).toBeLessThan(0.1);
    }
  });

  it('draws answers as the preset would write them', () => {
    const { tokensPerAnswer, generateQuantiles } = times.published;
    const { answers } = gpt4oMini;
    if (answers.kind !== 'hosted') {
      throw new TypeError('gpt-4o-mini is hosted');
    }
    const stream = randomStream(7, 'answers');
    const draws = Array.from(
      { length: 200_000 },
      () => answers.timeToFirstTokenMs(stream) + tokensPerAnswer * answers.timePerOutputTokenMs(stream),
    ).sort((a, b) => a - b);
    for (const { percentile, ms } of generateQuantiles.filter((each) => each.percentile >= 1 && each.percentile <= 97)) {
      expect(Math.abs((draws[Math.floor((percentile / 100) * draws.length)] ?? 0) / ms - 1)).toBeLessThan(0.01);
    }
  });

  it('follows the requests of the RAGPulse sample', async () => {
    const lines = (await text('traces/ragpulse-sample.jsonl')).trim().split('\n');
    const counts = ragPulseWeights.map(() => 0);
    for (const line of lines) {
      const span = Math.floor(Number((JSON.parse(line) as { timestamp: string }).timestamp) / 2_400);
      counts[span] = (counts[span] ?? 0) + 1;
    }
    expect(ragPulseWeights).toEqual(counts);
  });
});

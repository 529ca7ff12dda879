import { describe, expect, it } from 'vitest';
import { rules } from '../../../scenarios/scaling-rules/rules.ts';
import { type ScalingRuleSettings, scalingRuleSchema } from '../../autoscaling/index.ts';
import { ruleText } from './rule-text.ts';

const textOf = (settings: unknown) => ruleText(scalingRuleSchema.parse(settings));

describe('ruleText', () => {
  it('tells every type of rule apart, each with its numbers and without a gap', () => {
    const settings = [...Object.values(rules).map((rule) => rule.settings), { type: 'static', replicas: 7 }];
    const types = new Set(settings.map(({ type }) => type as ScalingRuleSettings['type']));
    expect(types.size).toBe(scalingRuleSchema.options.length);
    const texts = settings.map(textOf);
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) {
      expect(text).toMatch(/\d/);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('says of chapter A’s autoscaler what its chapter says', () => {
    expect(textOf(rules['askbot-hpa'].settings)).toBe(
      'Kubernetes HPA, 3 to 20 replicas, cpu 70 %, memory 80 %; up by 4 per 60 s after 60 s; down by 1 per 120 s after 300 s',
    );
  });

  it('says what a behaviour leaves out, and what it forbids', () => {
    const spec = {
      minReplicas: 1,
      maxReplicas: 4,
      metrics: [{ type: 'External', external: { metric: { name: 'jobs' }, target: { type: 'AverageValue', averageValue: '10' } } }],
    };
    expect(textOf({ type: 'hpa', spec })).toBe('Kubernetes HPA, 1 to 4 replicas, jobs 10 each; without behaviour of its own');
    const behavior = {
      scaleDown: { selectPolicy: 'Disabled' },
      scaleUp: { policies: [{ type: 'Percent', value: 50, periodSeconds: 30 }] },
    };
    expect(textOf({ type: 'hpa', spec: { ...spec, behavior } })).toContain('up by 50 % per 30 s; never down');
  });
});

import { z } from 'zod';
import { capacity80Rule, capacity80SettingsSchema } from './rules/capacity-80.ts';
import { cpuFor10MinutesRule, cpuFor10MinutesSettingsSchema } from './rules/cpu-for-10-minutes.ts';
import { hpaRule, hpaSettingsSchema } from './rules/hpa.ts';
import { kedaRule, kedaSettingsSchema } from './rules/keda.ts';
import { knativeKpaRule, knativeKpaSettingsSchema } from './rules/knative-kpa.ts';
import { memoryFor5MinutesRule, memoryFor5MinutesSettingsSchema } from './rules/memory-for-5-minutes.ts';
import { p95For5MinutesRule, p95For5MinutesSettingsSchema } from './rules/p95-for-5-minutes.ts';
import { predictiveRule, predictiveSettingsSchema } from './rules/predictive.ts';
import { qpsRule, qpsSettingsSchema } from './rules/qps.ts';
import { ratioRule, ratioSettingsSchema } from './rules/ratio.ts';
import { scheduledRule, scheduledSettingsSchema } from './rules/scheduled.ts';
import { staticRule, staticSettingsSchema } from './rules/static.ts';
import { targetTrackingRule, targetTrackingSettingsSchema } from './rules/target-tracking.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** One rule with its settings. To add one: a file in `rules/`, its schema here, and its line in the registry. */
export const scalingRuleSchema = z.discriminatedUnion('type', [
  hpaSettingsSchema,
  kedaSettingsSchema,
  knativeKpaSettingsSchema,
  ratioSettingsSchema,
  qpsSettingsSchema,
  p95For5MinutesSettingsSchema,
  cpuFor10MinutesSettingsSchema,
  memoryFor5MinutesSettingsSchema,
  capacity80SettingsSchema,
  staticSettingsSchema,
  scheduledSettingsSchema,
  targetTrackingSettingsSchema,
  predictiveSettingsSchema,
]);
export type ScalingRuleSettings = z.output<typeof scalingRuleSchema>;
type ScalingRuleType = ScalingRuleSettings['type'];

const rules: { readonly [T in ScalingRuleType]: (settings: Extract<ScalingRuleSettings, { type: T }>) => ScalingRule } = {
  hpa: hpaRule,
  keda: kedaRule,
  'knative-kpa': knativeKpaRule,
  ratio: ratioRule,
  qps: qpsRule,
  'p95-for-5-minutes': p95For5MinutesRule,
  'cpu-for-10-minutes': cpuFor10MinutesRule,
  'memory-for-5-minutes': memoryFor5MinutesRule,
  'capacity-80': capacity80Rule,
  static: staticRule,
  scheduled: scheduledRule,
  'target-tracking': targetTrackingRule,
  predictive: predictiveRule,
};

/** The rule that the settings ask for; its state belongs to it alone. */
export function scalingRule<T extends ScalingRuleType>(settings: Extract<ScalingRuleSettings, { type: T }>): ScalingRule {
  return rules[settings.type as T](settings);
}

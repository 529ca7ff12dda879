import { z } from 'zod';
import { hpaCasesSchema } from '../autoscaling/hpa/cases.ts';
import { hpaInputSchema } from '../autoscaling/hpa/input.ts';
import { scalingRuleSchema } from '../autoscaling/index.ts';
import { cacheReplaySchema } from '../contract/cache-replay.ts';
import { claimsFileSchema, judgedClaimSchema } from '../contract/claim.ts';
import { eventSchema } from '../contract/event.ts';
import { metrics } from '../contract/metrics.ts';
import { observationSchema } from '../contract/observation.ts';
import { operationSchema } from '../contract/operation.ts';
import { loadPlanSchema, planSchema } from '../contract/plan.ts';
import { resultSchema } from '../contract/result.ts';
import { scenarioSchema } from '../contract/scenario.ts';
import { simulatedResultSchema, simulatedSystemSchema, simulatedVariantSchema } from '../contract/simulation.ts';
import { topologySchema } from '../contract/topology.ts';
import { checkVerdictSchema, claimVerdictSchema, exitCodes, runVerdictSchema, validityVerdictSchema } from '../contract/verdict.ts';
import { workloadSchema } from '../contract/workload.ts';
import { doctorReportSchema } from '../doctor/report.ts';

const schemas = {
  scenario: scenarioSchema,
  topology: topologySchema,
  workload: workloadSchema,
  plan: planSchema,
  loadPlan: loadPlanSchema,
  event: eventSchema,
  operation: operationSchema,
  observation: observationSchema,
  claim: judgedClaimSchema,
  claims: claimsFileSchema,
  verdict: z.union([runVerdictSchema, checkVerdictSchema, claimVerdictSchema, validityVerdictSchema]),
  result: resultSchema,
  doctor: doctorReportSchema,
  cacheReplay: cacheReplaySchema,
  hpaInput: hpaInputSchema,
  hpaCases: hpaCasesSchema,
  scalingRule: scalingRuleSchema,
  simulatedSystem: simulatedSystemSchema,
  simulatedVariant: simulatedVariantSchema,
  simulatedResult: simulatedResultSchema,
};

/** A schema that refers to parts of itself, as a definition of the whole document: a pointer counts from the root of that. */
function definition(name: string, schema: z.ZodType): unknown {
  const written = JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(/^#/, `#/$defs/${name}`) : value,
  );
  return JSON.parse(written);
}

/** JSON Schema (2020-12) of every file and value of the contract, with the metric registry and the exit codes beside it. */
export function schemaText(): string {
  const definitions = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, definition(name, schema)]));
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'rag-testbed', $defs: definitions, 'x-metrics': metrics, 'x-exit-codes': exitCodes }, null, 2)}\n`;
}

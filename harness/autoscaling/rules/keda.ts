import { z } from 'zod';
import { controllerDefaults } from '../hpa/constants.ts';
import type { HpaHistory } from '../hpa/decide.ts';
import { milliValue } from '../hpa/quantity.ts';
import { type ExternalTrigger, externalTriggers, hpaSpecOf, scaledObjectSpecSchema } from '../keda/spec.ts';
import type { Observation, ScalingDecision, ScalingRule } from '../scaling-rule.ts';
import { hpaDecision, noHistory } from './hpa.ts';
import { type MetricSources, metricSourcesSchema, observedMetric } from './observed-metric.ts';

/** KEDA: polls its triggers, goes between zero and one by itself, and leaves the rest to an HPA over the same metrics. */
export const kedaSettingsSchema = z.strictObject({
  type: z.literal('keda'),
  spec: scaledObjectSpecSchema,
  /** By the name of a trigger, or its query, list or queue. Lists and queues are the queue of the tier where nothing else is said. */
  metricSources: metricSourcesSchema.default({}),
});

interface KedaState {
  readonly hpa: HpaHistory;
  readonly createdMs?: number;
  readonly nextPollMs: number;
  readonly nextSyncMs: number;
  readonly lastActiveMs?: number;
  /** Reads in a row that brought no value, by metric. */
  readonly failures: Readonly<Record<string, number>>;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

export function kedaRule({ spec, metricSources }: z.output<typeof kedaSettingsSchema>): ScalingRule<KedaState> {
  const external = externalTriggers(spec);
  const hpaSpec = hpaSpecOf(spec);
  const { pollingInterval, cooldownPeriod, initialCooldownPeriod, idleReplicaCount, minReplicaCount, fallback } = spec;
  const pollMs = pollingInterval * 1000;
  const sources: MetricSources = {
    ...Object.fromEntries(external.filter(({ isQueue }) => isQueue).map(({ source }) => [source, 'queueLength' as const])),
    ...metricSources,
  };
  const readTrigger = (observation: Observation, { source }: ExternalTrigger) => observedMetric(observation, source, sources);
  /** CPU and memory alone can tell nothing at zero, so that such an object is always active and stays at one. */
  const canIdle = external.length > 0 && (idleReplicaCount !== undefined || minReplicaCount === 0);
  const idle = idleReplicaCount ?? 0;

  function isActive(observation: Observation): boolean {
    return (
      external.length === 0 ||
      external.some((trigger) => {
        const value = readTrigger(observation, trigger);
        return value !== undefined && value * 1000 > Number(milliValue(trigger.activation));
      })
    );
  }

  type Decision = ScalingDecision<KedaState>;

  /** What KEDA itself does at a poll; `undefined` leaves it to the HPA. */
  function polled({ replicas }: Observation, active: boolean, state: KedaState, nowMs: number): Omit<Decision, 'state'> | undefined {
    if (active) {
      return replicas === 0 || (idleReplicaCount !== undefined && replicas <= idle)
        ? { desiredReplicas: Math.max(1, minReplicaCount), reason: 'Activated' }
        : undefined;
    }
    const { lastActiveMs, createdMs = nowMs } = state;
    const cooledMs = lastActiveMs === undefined ? createdMs + initialCooldownPeriod * 1000 : lastActiveMs + cooldownPeriod * 1000;
    if (canIdle && replicas > idle) {
      return nowMs > cooledMs ? { desiredReplicas: idle, reason: 'Idle' } : undefined;
    }
    return !canIdle && replicas < minReplicaCount ? { desiredReplicas: minReplicaCount, reason: 'BelowMinimum' } : undefined;
  }

  /** The observation as KEDA's metrics server tells it to the HPA, a fallback in the place of what could not be read too often. */
  function served(
    observation: Observation,
    state: KedaState,
  ): { readonly observation: Observation; readonly failures: Record<string, number> } {
    const metrics: Record<string, number> = {};
    const failures: Record<string, number> = {};
    for (const trigger of external) {
      const value = readTrigger(observation, trigger);
      const failed = value === undefined ? (state.failures[trigger.metricName] ?? 0) + 1 : 0;
      failures[trigger.metricName] = failed;
      if (value !== undefined) {
        metrics[trigger.metricName] = value;
      } else if (fallback !== undefined && failed > fallback.failureThreshold && trigger.metricType === 'AverageValue') {
        metrics[trigger.metricName] = (Number(milliValue(trigger.threshold)) / 1000) * fallback.replicas;
      }
    }
    return { observation: { ...observation, metrics: { ...observation.metrics, ...metrics } }, failures };
  }

  return {
    intervalMs: greatestCommonDivisor(pollMs, controllerDefaults.syncPeriodMs),
    initialState: { hpa: noHistory, nextPollMs: Number.NEGATIVE_INFINITY, nextSyncMs: Number.NEGATIVE_INFINITY, failures: {} },
    decide(observation, before, nowMs) {
      const { replicas } = observation;
      let state: KedaState = { ...before, createdMs: before.createdMs ?? nowMs };
      if (nowMs >= state.nextPollMs) {
        const active = isActive(observation);
        const decision = polled(observation, active, state, nowMs);
        state = { ...state, nextPollMs: nowMs + pollMs, ...(active && { lastActiveMs: nowMs }) };
        if (decision !== undefined) {
          return { ...decision, state };
        }
      }
      if (nowMs < state.nextSyncMs) {
        return { desiredReplicas: replicas, reason: 'BetweenSyncs', state };
      }
      const read = served(observation, state);
      const { history, ...decision } = hpaDecision(read.observation, state.hpa, nowMs, { spec: hpaSpec, metricSources: {} });
      return {
        ...decision,
        state: { ...state, hpa: history, failures: read.failures, nextSyncMs: nowMs + controllerDefaults.syncPeriodMs },
      };
    },
  };
}

import { z } from 'zod';
import type { Observation } from '../scaling-rule.ts';

/** Figures of an observation that may stand for a metric of a manifest, whose own source is not there. */
const figureSchema = z.enum(['arrivalsPerSecond', 'meanConcurrency', 'queueLength', 'queueWaitMs', 'p95ResponseTimeMs']);

/** By the name of a metric, the figure that stands for it. */
export const metricSourcesSchema = z.record(z.string(), figureSchema);
export type MetricSources = z.infer<typeof metricSourcesSchema>;

/** The value of a metric over all replicas; `undefined` where nothing tells it. */
export function observedMetric(observation: Observation, name: string, sources: MetricSources): number | undefined {
  const figure = sources[name];
  return observation.metrics?.[name] ?? (figure === undefined ? undefined : observation[figure]);
}

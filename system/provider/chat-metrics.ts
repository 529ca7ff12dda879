import { Histogram, type Registry } from 'prom-client';
import type { GenerationTimes } from './generation.ts';

export interface ChatMetrics {
  observe(times: GenerationTimes): void;
}

/** The two server metrics of OpenTelemetry's conventions for generative AI, with their bounds; the times are the simulated ones. */
export function createChatMetrics(registry: Registry): ChatMetrics {
  const firstToken = new Histogram({
    name: 'gen_ai_server_time_to_first_token_seconds',
    help: 'Time to generate the first token of an answer.',
    buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers: [registry],
  });
  const perToken = new Histogram({
    name: 'gen_ai_server_time_per_output_token_seconds',
    help: 'Time per token after the first.',
    buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
    registers: [registry],
  });
  return {
    observe({ timeToFirstTokenMs, timePerOutputTokenMs }) {
      firstToken.observe(timeToFirstTokenMs / 1000);
      if (timePerOutputTokenMs !== undefined) {
        perToken.observe(timePerOutputTokenMs / 1000);
      }
    },
  };
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { StreamFault } from './faults.ts';
import type { Generation, GenerationTimes } from './generation.ts';

/** Why a chat request was turned away before any work was done on it. */
export type RejectionReason = 'requests' | 'tokens' | 'insufficient_quota' | 'overloaded';

export interface ChatMetrics {
  readonly observe: (times: GenerationTimes) => void;
  readonly rejected: (reason: RejectionReason) => void;
  readonly injected: (fault: StreamFault) => void;
}

/**
 * The two server metrics of OpenTelemetry's conventions for generative AI, with their bounds, and what an operator of an inference
 * server watches. All times are the simulated ones.
 */
export function createChatMetrics(registry: Registry, generation: Generation): ChatMetrics {
  const registers = [registry];
  const firstToken = new Histogram({
    name: 'gen_ai_server_time_to_first_token_seconds',
    help: 'Time to generate the first token of an answer.',
    buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers,
  });
  const perToken = new Histogram({
    name: 'gen_ai_server_time_per_output_token_seconds',
    help: 'Time per token after the first.',
    buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
    registers,
  });
  const queueWait = new Histogram({
    name: 'provider_queue_wait_seconds',
    help: 'Time that an answer waited for a slot.',
    buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250],
    registers,
  });
  new Gauge({
    name: 'provider_queue_length',
    help: 'Answers that wait for a slot.',
    registers,
    collect() {
      this.set(generation.queueLength());
    },
  });
  new Gauge({
    name: 'provider_slots_in_use',
    help: 'Answers that are worked on.',
    registers,
    collect() {
      this.set(generation.slotsInUse());
    },
  });
  const rejections = new Counter({
    name: 'provider_rejected_requests_total',
    help: 'Chat requests turned away by a limit, the quota or for want of room.',
    labelNames: ['reason'] as const,
    registers,
  });
  const faults = new Counter({
    name: 'provider_injected_faults_total',
    help: 'Streamed answers that were spoilt on purpose.',
    labelNames: ['fault'] as const,
    registers,
  });
  return {
    observe({ queueWaitMs, timeToFirstTokenMs, timePerOutputTokenMs }) {
      queueWait.observe(queueWaitMs / 1000);
      firstToken.observe(timeToFirstTokenMs / 1000);
      if (timePerOutputTokenMs !== undefined) {
        perToken.observe(timePerOutputTokenMs / 1000);
      }
    },
    rejected: (reason) => rejections.inc({ reason }),
    injected: (fault) => faults.inc({ fault }),
  };
}

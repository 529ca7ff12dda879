import type { MetricId } from '../harness/contract/metrics.ts';
import type { Second } from '../harness/contract/observation.ts';
import type { ResultVariant } from '../harness/contract/result.ts';

/** The kinds of request that a variant can be about, in the order in which a report looks for them. */
const kinds = ['search', 'ask', 'ask-stream'] as const;
export type ResponseKind = (typeof kinds)[number];

/** What a variant is about: searches, where it has none asks, streamed where they are. */
export function responseKind({ metrics }: Pick<ResultVariant, 'metrics'>): ResponseKind {
  return kinds.find((kind) => metrics[`${kind}-response-p50` satisfies MetricId] !== undefined) ?? 'search';
}

/** The metric of what a variant is about. */
export function responseMetric(variant: Pick<ResultVariant, 'metrics'>, statistic: 'p50' | 'p95' | 'p99'): MetricId {
  return `${responseKind(variant)}-response-${statistic}`;
}

/** The response times of a second, of searches or, where there were none, of asks. */
export function responseOf({ searchResponseUs, askResponseUs }: Second): Second['searchResponseUs'] {
  return searchResponseUs ?? askResponseUs;
}

import type { MetricId } from '../harness/contract/metrics.ts';
import type { Result, ResultVariant } from '../harness/contract/result.ts';
import { absent, figure, joined } from './numbers.ts';
import { responseKind } from './response-kind.ts';
import type { Strings } from './strings.ts';

/** A closed loop and its open twin are one block; a variant without a twin stands alone. */
export interface LoadRow {
  readonly variant: string;
  /** `1000 users` or `312/s`. */
  readonly load: string;
  readonly cells: readonly string[];
}

const streamed: readonly MetricId[] = [
  'time-to-first-event-p95',
  'time-to-first-token-p50',
  'time-to-first-token-p95',
  'inter-token-gap-p50',
  'stream-rate',
];

function cell({ metrics }: ResultVariant, id: MetricId): string {
  const measured = metrics[id];
  return measured === undefined ? absent : joined(figure(id, measured.value));
}

function loadOf(result: Result, { workload = result.workload, metrics }: ResultVariant, s: Strings): string {
  if (workload.closedLoop !== undefined) {
    return s.load.users(workload.closedLoop.users);
  }
  const offered = metrics['offered-rate'];
  return offered === undefined ? absent : s.load.open(joined(figure('offered-rate', offered.value)));
}

/** Closed loops first, each with its open twin behind it. */
function paired(variants: readonly ResultVariant[]): ResultVariant[] {
  const twins = new Map(variants.flatMap((variant) => (variant.rateOf === undefined ? [] : [[variant.rateOf.users, variant] as const])));
  const followers = new Set([...twins.values()].map(({ id }) => id));
  return variants.flatMap((variant) => {
    const twin = twins.get(variant.id);
    return followers.has(variant.id) && variants.some(({ id }) => id === variant.rateOf?.users)
      ? []
      : [variant, ...(twin === undefined ? [] : [twin])];
  });
}

/** Does the run have users who wait for their answers? Then closed and open loads are read side by side. */
export function hasClosedLoops(result: Result): boolean {
  return result.variants.some(({ workload = result.workload }) => workload.closedLoop !== undefined);
}

/** What every load was, and what it met; empty where nobody waited for an answer before he asked again. */
export function loadRows(result: Result, s: Strings): LoadRow[] {
  if (!hasClosedLoops(result)) {
    return [];
  }
  return paired(result.variants).map((variant) => {
    const kind = responseKind(variant);
    return {
      variant: variant.id,
      load: loadOf(result, variant, s),
      cells: [
        cell(variant, 'achieved-rate'),
        ...(['mean', 'p50', 'p95', 'p99'] as const).map((statistic) => cell(variant, `${kind}-response-${statistic}`)),
        cell(variant, 'answer-hit-ratio'),
        cell(variant, 'miss-response-mean'),
        cell(variant, 'ask-own-p95'),
        cell(variant, 'generate-share'),
      ],
    };
  });
}

/** How streamed answers arrived; empty where nothing was streamed. */
export function streamRows({ variants }: Result): { readonly variant: string; readonly cells: readonly string[] }[] {
  return variants
    .filter((variant) => variant.metrics['time-to-first-token-p50'] !== undefined)
    .map((variant) => ({ variant: variant.id, cells: [...streamed, 'ask-stream-response-p95' as const].map((id) => cell(variant, id)) }));
}

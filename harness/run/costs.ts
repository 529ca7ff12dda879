import type { Costs, ProcessUse } from '../contract/result.ts';
import { tierSchema } from '../contract/topology.ts';
import { fanOutOf, type Measured } from './fan-out.ts';

/** The generator counts what passes its own door; nothing counts the bytes behind it. */
const bytesNotMeasured = ['headers', 'gateway to query tier', 'query tier to vector nodes', 'query tier to provider', 'writes'];

/** CPU seconds per 1,000 jobs by tier, in the order in which a request meets the tiers. */
export function cpuByTier(processes: readonly ProcessUse[]): Costs['cpuByTier'] {
  const byTier = Map.groupBy(processes, ({ tier }) => tier);
  return tierSchema.options.flatMap((tier) => {
    const ofTier = byTier.get(tier);
    return ofTier === undefined ? [] : [{ tier, cpuSecondsPer1k: ofTier.reduce((sum, { cpuSecondsPer1k }) => sum + cpuSecondsPer1k, 0) }];
  });
}

export interface CostsRequest {
  readonly processes: readonly ProcessUse[];
  readonly documents: number | undefined;
  readonly measured: Measured;
  readonly baseline: Measured | undefined;
}

/** What serving this way costs beside response time. */
export function costsOf({ processes, documents, measured, baseline }: CostsRequest): Costs {
  const fanOut = fanOutOf(measured, baseline);
  return {
    ...(documents === undefined ? {} : { documents }),
    cpuByTier: cpuByTier(processes),
    ...(fanOut === undefined ? {} : { fanOut }),
    bytesNotMeasured: [...bytesNotMeasured],
  };
}

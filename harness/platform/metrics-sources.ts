import type { Tier } from '../contract/topology.ts';
import { localUrl } from './loopback.ts';
import type { MetricsSource } from './platform.ts';

/** Which tiers are HTTP servers with metrics; PostgreSQL and a cache speak protocols of their own. */
const hasMetrics: Record<Tier, boolean> = {
  gateway: true,
  query: true,
  indexer: true,
  provider: true,
  vector: true,
  redis: false,
  postgres: false,
};

/** Where the parts of a system serve their metrics, by the ports at which this machine reaches them. */
export function metricsSources(parts: readonly { readonly tier: Tier; readonly id: string; readonly port: number }[]): MetricsSource[] {
  return parts.filter(({ tier }) => hasMetrics[tier]).map(({ tier, id, port }) => ({ tier, id, url: `${localUrl(port)}/metrics` }));
}

import type { Topology } from '../contract/topology.ts';

/** Limits, faults and pace of the simulated provider as its environment names them; only those that the topology names. */
export function providerBehaviour({ limits, faults, slowdown }: Topology['provider']): Readonly<Record<string, string>> {
  const variables = {
    LIMIT_REQUESTS_PER_MINUTE: limits?.requestsPerMinute,
    LIMIT_TOKENS_PER_MINUTE: limits?.tokensPerMinute,
    LIMIT_HEADERS: limits?.headers,
    FAULT_CUT_SHARE: faults?.cutStreamShare,
    FAULT_STALLED_SHARE: faults?.stalledStreamShare,
    FAULT_MALFORMED_SHARE: faults?.malformedStreamShare,
    FAULT_ERROR_SHARE: faults?.failedStreamShare,
    FAULT_OVERLOADED_SHARE: faults?.overloadedShare,
    QUOTA_REQUESTS: faults?.quotaRequests,
    TIME_SCALE: slowdown === undefined ? undefined : 1 / slowdown,
  };
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

import type { Evidence } from '../../system/api/evidence.ts';
import type { StageCohort } from '../contract/result.ts';

/** One successful search: the spans that the generator saw and the stages that the answer reports. */
export interface StagedResponse {
  readonly responseMs: number;
  /** Intended start to written on a connection: lag and waiting for a free connection. */
  readonly clientWaitMs: number;
  readonly evidence: Pick<Evidence, 'stages' | 'total_ms'>;
}

/** Share of the requests around a percentile that form its cohort. */
const cohortShare = 0.02;
const minimumCohort = 5;

function partsOf(response: StagedResponse): Map<string, number> {
  const parts = new Map<string, number>([
    ['client wait', response.clientWaitMs],
    // What neither side can name: gateway, sockets, and every queue in front of the query tier.
    ['gateway, network, queues', response.responseMs - response.clientWaitMs - response.evidence.total_ms],
  ]);
  for (const { stage, duration_ms } of response.evidence.stages) {
    parts.set(stage, (parts.get(stage) ?? 0) + duration_ms);
  }
  return parts;
}

function cohortOf(cohort: StageCohort['cohort'], responses: readonly StagedResponse[]): StageCohort {
  const sums = new Map<string, number>();
  for (const response of responses) {
    for (const [stage, ms] of partsOf(response)) {
      sums.set(stage, (sums.get(stage) ?? 0) + ms);
    }
  }
  const count = responses.length;
  const parts = [...sums].map(([stage, ms]) => ({ stage, ms: ms / count }));
  return { cohort, sampleCount: count, totalMs: responses.reduce((sum, { responseMs }) => sum + responseMs, 0) / count, parts };
}

/**
 * Where time goes, for the mean and for the requests around p50, p95 and p99 of the whole response. Stage percentiles
 * would not add up; means over one cohort do. A cohort of fewer than five requests is left out.
 */
export function stageCohorts(responses: readonly StagedResponse[]): StageCohort[] {
  if (responses.length === 0) {
    return [];
  }
  const sorted = [...responses].sort((a, b) => a.responseMs - b.responseMs);
  const around = (share: number) => {
    const half = Math.max(1, Math.round((sorted.length * cohortShare) / 2));
    const centre = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
    return sorted.slice(Math.max(0, centre - half), Math.min(sorted.length, centre + half + 1));
  };
  const cohorts = (
    [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const
  )
    .map(([name, share]) => [name, around(share)] as const)
    .filter(([, members]) => members.length >= minimumCohort)
    .map(([name, members]) => cohortOf(name, members));
  return [cohortOf('mean', sorted), ...cohorts];
}

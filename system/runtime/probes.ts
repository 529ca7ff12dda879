import type { Express } from 'express';
import type { HealthResponse } from '../api/health.ts';
import { answerJson } from './answer.ts';
import { refuseMethod } from './server.ts';

export type Check = HealthResponse['checks'][string];
export type Checks = Readonly<Record<string, () => Check | Promise<Check>>>;

export function healthy(details?: string): Check {
  return details === undefined ? { status: 'healthy' } : { status: 'healthy', details };
}

export function unhealthy(error: string, details?: string): Check {
  return details === undefined ? { status: 'unhealthy', error } : { status: 'unhealthy', error, details };
}

/** Runs every check at once; one that throws is unhealthy with its message. */
export async function runChecks(checks: Checks): Promise<HealthResponse> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<[string, Check]> => {
      try {
        return [name, await check()];
      } catch (error) {
        return [name, unhealthy(error instanceof Error ? error.message : String(error))];
      }
    }),
  );
  const overall = results.every(([, { status }]) => status === 'healthy') ? 'healthy' : 'unhealthy';
  return { overall_status: overall, checks: Object.fromEntries(results) };
}

/**
 * `GET /health` says that the process is alive and asks nobody; `GET /ready` runs the checks and answers 503 unless all
 * are healthy.
 */
export function mountProbes(app: Express, readiness: Checks): void {
  app
    .route('/health')
    .get((_request, response) => {
      answerJson(response, 200, { overall_status: 'healthy', checks: { process: healthy() } } satisfies HealthResponse);
    })
    .all(refuseMethod);
  app
    .route('/ready')
    .get(async (_request, response) => {
      const health = await runChecks(readiness);
      answerJson(response, health.overall_status === 'healthy' ? 200 : 503, health);
    })
    .all(refuseMethod);
}

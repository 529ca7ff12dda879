import { z } from 'zod';

/** `GET /health` (alive) and `GET /ready` (200 when every check is healthy, otherwise 503). Probes never call the language model. */
export const healthResponseSchema = z.strictObject({
  overall_status: z.enum(['healthy', 'unhealthy']),
  checks: z.record(
    z.string(),
    z.strictObject({ status: z.enum(['healthy', 'unhealthy']), details: z.string().optional(), error: z.string().optional() }),
  ),
});
export type HealthResponse = z.infer<typeof healthResponseSchema>;

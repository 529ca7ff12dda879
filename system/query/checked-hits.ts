import type { Logger } from 'pino';
import { hitOf, pointPayloadSchema } from '../api/point.ts';
import type { Hit } from '../api/search.ts';
import type { Scored } from '../policies/merge.ts';
import type { FoundPoint } from '../runtime/vector-store.ts';

export type CheckedHit = Hit & Scored;

/** Who asks, and who is told of what must not be shown. */
export interface HitCheck {
  readonly tenant: string;
  readonly requestId: string;
  readonly logger: Logger;
  /** Counts a hit that must not be shown. */
  readonly onDroppedHit: (why: 'foreign_tenant' | 'malformed_payload') => void;
}

/** The hit as the caller may see it; undefined when he may not, even though the vector node returned it in spite of the filter. */
export function checkedHit(
  { tenant, requestId, logger, onDroppedHit }: HitCheck,
  { id, score, payload }: FoundPoint,
): CheckedHit | undefined {
  const parsed = pointPayloadSchema.safeParse(payload);
  if (!parsed.success) {
    onDroppedHit('malformed_payload');
    logger.error({ request_id: requestId, tenant_id: tenant, point_id: id }, 'a point has no valid payload; the hit was dropped');
    return undefined;
  }
  if (parsed.data.tenant !== tenant) {
    onDroppedHit('foreign_tenant');
    logger.error({ request_id: requestId, tenant_id: tenant, point_id: id }, 'a point of another tenant was found; the hit was dropped');
    return undefined;
  }
  return { id, ...hitOf(score, parsed.data) };
}

export function checkedHits(check: HitCheck, found: readonly FoundPoint[]): CheckedHit[] {
  return found.flatMap((point) => checkedHit(check, point) ?? []);
}

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
function checkedHit({ tenant, requestId, logger, onDroppedHit }: HitCheck, { id, score, payload }: FoundPoint): CheckedHit | undefined {
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

/**
 * The first `limit` of these points that the caller may see, in their order. Payloads are read no further than the answer reaches:
 * reading is most of the work of merging, and of the lists of many shards most is left out.
 */
export function visibleHits(check: HitCheck, found: Iterable<FoundPoint>, limit: number): CheckedHit[] {
  const hits: CheckedHit[] = [];
  for (const point of found) {
    const hit = checkedHit(check, point);
    if (hit !== undefined && hits.push(hit) === limit) {
      break;
    }
  }
  return hits;
}

import type { Evidence } from '../../system/api/evidence.ts';
import type { Hit } from '../../system/api/search.ts';

/** One successful answer of a search or an ask, read by its wire schema, and whose it was. */
export interface ServedAnswer {
  /** Id of the operation, which is also its x-request-id. */
  readonly requestId: string;
  /** Who asked, from the plan and not from the answer. */
  readonly tenant: string;
  /** Results of a search, sources of an ask. */
  readonly hits: readonly Hit[];
  /** The generated text of an ask. */
  readonly text: string | undefined;
  readonly evidence: Evidence;
}

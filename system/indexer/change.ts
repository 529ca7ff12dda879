import type { z } from 'zod';
import type { DocumentKey } from '../api/point.ts';
import type { metadataSchema } from '../api/search.ts';

interface ChangeBase extends DocumentKey {
  readonly sequence: number;
}

/** A row of the change log. */
export type Change =
  | (ChangeBase & { readonly kind: 'put'; readonly content: string; readonly metadata: z.infer<typeof metadataSchema> })
  | (ChangeBase & { readonly kind: 'delete'; readonly content: null; readonly metadata: null });

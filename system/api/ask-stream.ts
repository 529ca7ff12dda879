import { z } from 'zod';
import { errorBodySchema } from './errors.ts';
import { evidenceSchema } from './evidence.ts';
import { askResponseSchema, hitSchema } from './search.ts';

/**
 * The events of a streamed `POST /v1/ask`, each with a JSON object as its data: `processing`, then `retrieved`, then `generating`
 * once per piece of text, then `completed`. `error` ends the stream in place of whatever was still to come. A stream
 * that ends with neither `completed` nor `error` was cut off. What is refused before `processing` is an ordinary HTTP error.
 */
export const askEventSchemas = {
  processing: z.strictObject({ request_id: z.string() }),
  /** The evidence as far as it goes: its stages end with the retrieval. */
  retrieved: z.strictObject({ sources: z.array(hitSchema), evidence: evidenceSchema }),
  /** The texts of all these events, one after the other, are the answer. */
  generating: z.strictObject({ text: z.string().min(1) }),
  /** What the same question gets without a stream. */
  completed: askResponseSchema,
  error: errorBodySchema,
} as const satisfies Record<string, z.ZodType>;

export type AskEventName = keyof typeof askEventSchemas;
export type AskEvent<Name extends AskEventName> = z.infer<(typeof askEventSchemas)[Name]>;

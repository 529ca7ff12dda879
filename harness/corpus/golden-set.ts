import { z } from 'zod';
import { documentIdSchema } from '../../system/api/search.ts';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';

const languageSchema = z.enum(['en', 'zh']);

/**
 * `topic`: about concepts, with many documents of different grades. `code` and `name`: asks for an exact term that one
 * document has and others nearly have.
 */
export const questionKindSchema = z.enum(['topic', 'code', 'name']);
export type QuestionKind = z.infer<typeof questionKindSchema>;

const questionSchema = z.strictObject({
  id: z.string().min(1),
  kind: questionKindSchema,
  language: languageSchema,
  text: z.string().min(1),
  /** Grade 1 to 3 of every document that is relevant; all others have 0. */
  relevant: z
    .record(documentIdSchema, z.int().min(1).max(3))
    .refine((graded) => Object.keys(graded).length > 0, 'a question needs a relevant document'),
});
export type GoldenQuestion = z.infer<typeof questionSchema>;

/** Questions with graded answers over documents of their own. */
export const goldenSetSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    /** The concept space in which the documents are written; an embedding provider must use the same. */
    space: z.strictObject({ seed: z.int().nonnegative(), concepts: z.int().positive() }),
    documents: z.array(z.strictObject({ id: documentIdSchema, language: languageSchema, content: z.string().min(1) })).min(1),
    questions: z.array(questionSchema).min(1),
  })
  .superRefine(({ documents, questions }, context) => {
    const known = new Set<string>();
    for (const [index, { id }] of documents.entries()) {
      if (known.has(id)) {
        context.addIssue({ code: 'custom', path: ['documents', index, 'id'], message: `document "${id}" is there twice` });
      }
      known.add(id);
    }
    const asked = new Set<string>();
    for (const [index, { id, relevant }] of questions.entries()) {
      if (asked.has(id)) {
        context.addIssue({ code: 'custom', path: ['questions', index, 'id'], message: `question "${id}" is there twice` });
      }
      asked.add(id);
      for (const unknown of Object.keys(relevant).filter((documentId) => !known.has(documentId))) {
        context.addIssue({
          code: 'custom',
          path: ['questions', index, 'relevant'],
          message: `question "${id}" names document "${unknown}", which is not in the set`,
        });
      }
    }
  });
export type GoldenSet = z.infer<typeof goldenSetSchema>;

/** Reads the text of a golden set. Throws a `Failure` with every problem at once: unknown or repeated ids, wrong grades, no JSON. */
export function parseGoldenSet(text: string): GoldenSet {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new Failure('configuration', 'invalid_configuration', `the golden set is no JSON: ${String(error)}`, {
      hint: 'write it anew: node tooling/write-golden-set.ts',
      cause: error,
    });
  }
  return parseOrFail(goldenSetSchema, given, 'the golden set');
}

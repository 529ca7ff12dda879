import { z } from 'zod';
import { intervalSchema, nameSchema } from './common.ts';
import { claimVerdictSchema } from './verdict.ts';

const sentence = z.string().trim().min(1);
const comparators = ['lt', 'le', 'eq', 'ge', 'gt', 'range', 'ratio'] as const;

/** A sentence of the source material with the rule by which a scenario judges it. */
export const claimSchema = z
  .strictObject({
    id: nameSchema,
    /** The chapter of the source material. */
    chapter: z.enum(['A', 'B', 'C', 'D', 'E']),
    /** `claim`: an assertion, `target`: a promise to be met, `default`: a preset that is judged by what it does. */
    kind: z.enum(['claim', 'target', 'default']),
    statement: sentence,
    /** The quantity by which it is judged. */
    sli: sentence,
    comparator: z.enum(comparators).optional(),
    value: z.union([z.number(), z.tuple([z.number(), z.number()])]).optional(),
    unit: sentence.optional(),
    /** The one scenario that judges it; it may not exist yet. */
    scenario: nameSchema,
    /** What is measured, under which conditions, and what makes it confirmed, refuted or undecided. */
    judge: sentence,
    note: sentence.optional(),
  })
  .superRefine(({ comparator, value, unit }, context) => {
    const present = [comparator, value, unit].filter((field) => field !== undefined).length;
    if (present !== 0 && present !== 3) {
      context.addIssue({ code: 'custom', path: ['comparator'], message: 'comparator, value and unit stand together or not at all' });
    }
    if (value !== undefined && (comparator === 'range') !== Array.isArray(value)) {
      context.addIssue({ code: 'custom', path: ['value'], message: `a range has two values, every other comparator one (${comparator})` });
    }
    if (Array.isArray(value) && value[0] > value[1]) {
      context.addIssue({ code: 'custom', path: ['value'], message: `the range ends at ${value[1]}, below its start ${value[0]}` });
    }
  });
export type Claim = z.infer<typeof claimSchema>;

/** `fixtures/claims.yaml` */
export const claimsFileSchema = z
  .strictObject({ version: z.literal(1), claims: z.array(claimSchema).min(1) })
  .superRefine(({ claims }, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of claims.entries()) {
      if (seen.has(id)) {
        context.addIssue({ code: 'custom', path: ['claims', index, 'id'], message: `claim "${id}" is listed twice` });
      }
      seen.add(id);
    }
  });

/** A sentence of the source material, judged by what this run measured. */
export const judgedClaimSchema = z.strictObject({
  id: z.string(),
  statement: z.string(),
  verdict: claimVerdictSchema,
  measured: z.strictObject({ value: z.number(), unit: z.string(), interval: intervalSchema.optional() }).optional(),
  /** Names the engine, the platform and the resource rule for which the verdict holds. */
  why: z.string(),
});
export type JudgedClaim = z.infer<typeof judgedClaimSchema>;

const figureSchema = z.strictObject({ value: z.number(), unit: z.string() });

/** Two sentences of the source material that cannot both hold, with the arithmetic that shows it. */
export const contradictionSchema = z.strictObject({
  id: nameSchema,
  /** The sentences, by id. */
  claims: z.array(z.string()).min(1),
  statement: z.string(),
  /** The formula with its figures, such as `1000 / (2 + 1.2) = 312.5`. */
  arithmetic: z.string(),
  /** What follows from the other sentences. */
  implied: figureSchema,
  /** What the source says instead. */
  claimed: figureSchema,
  /** The same quantity as this run measured it. */
  measured: z.array(z.strictObject({ variant: nameSchema, value: z.number(), unit: z.string() })),
});
export type Contradiction = z.infer<typeof contradictionSchema>;

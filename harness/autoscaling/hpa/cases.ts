import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';
import { problemsIn } from '../../contract/parse.ts';
import { hpaConditionSchema, hpaInputSchema } from './input.ts';
import { type HpaResult, reconcileHpa } from './reconcile.ts';

/** What a case expects; what it leaves out is not compared. */
const expectedSchema = z
  .strictObject({
    desiredReplicas: z.int().min(0).optional(),
    reason: z.string().optional(),
    /** By type, and of each only the fields that are given; others may be there. */
    conditions: z
      .array(z.strictObject({ ...hpaConditionSchema.shape, status: hpaConditionSchema.shape.status.optional() }))
      .min(1)
      .optional(),
    /** Types of conditions that must not be there. */
    absentConditions: z.array(hpaConditionSchema.shape.type).min(1).optional(),
    /** Whole lists, in their order. */
    history: z
      .strictObject({
        recommendations: z.array(z.strictObject({ timestamp: z.string(), recommendation: z.int() })).optional(),
        scaleEvents: z.array(z.strictObject({ timestamp: z.string(), replicaChange: z.int() })).optional(),
      })
      .optional(),
  })
  .refine((expected) => Object.keys(expected).length > 0, 'expects nothing, and such a case cannot fail');

const hpaCaseSchema = z.strictObject({ name: z.string().min(1), input: hpaInputSchema, expected: expectedSchema });
type HpaCase = z.output<typeof hpaCaseSchema>;

/** A table of cases, as `check hpa` reads it. */
export const hpaCasesSchema = z.array(hpaCaseSchema);

/** One field in which the rule and the table disagree. */
export interface Disagreement {
  readonly name: string;
  /** Such as `desiredReplicas` or `conditions.ScalingLimited.reason`. */
  readonly field: string;
  readonly expected: unknown;
  /** Absent where there is no such thing. */
  readonly actual?: unknown;
  /** What every metric asked for, which is where most disagreements begin. */
  readonly proposals: HpaResult['proposals'];
}

type Pair = readonly [field: string, expected: unknown, actual: unknown];

function pairsOf(expected: HpaCase['expected'], actual: HpaResult): Pair[] {
  const { conditions = [], absentConditions = [], history = {} } = expected;
  return [
    ['desiredReplicas', expected.desiredReplicas, actual.desiredReplicas],
    ['reason', expected.reason, actual.reason],
    ...conditions.flatMap(({ type, ...fields }) => {
      const found: Partial<HpaResult['conditions'][number]> = actual.conditions.find((condition) => condition.type === type) ?? {};
      return Object.entries({ type, ...fields }).map(
        ([field, value]): Pair => [`conditions.${type}.${field}`, value, found[field as keyof typeof found]],
      );
    }),
    ...absentConditions.map(
      (type): Pair => [`conditions.${type}`, 'absent', actual.conditions.find((condition) => condition.type === type)?.reason ?? 'absent'],
    ),
    ['history.recommendations', history.recommendations, actual.history.recommendations],
    ['history.scaleEvents', history.scaleEvents, actual.history.scaleEvents],
  ];
}

/** Runs one case. `reconcile` is the rule under test. */
export function disagreementsOf({ name, input, expected }: HpaCase, reconcile: typeof reconcileHpa = reconcileHpa): Disagreement[] {
  const result = reconcile(input);
  return pairsOf(expected, result)
    .filter(([, wanted, given]) => wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(given))
    .map(([field, wanted, given]) => ({
      name,
      field,
      expected: wanted,
      ...(given !== undefined && { actual: given }),
      proposals: result.proposals,
    }));
}

const nameOf = (value: unknown): string => {
  const { name } = (typeof value === 'object' && value !== null ? value : {}) as { name?: unknown };
  return typeof name === 'string' ? ` "${name}"` : '';
};

/**
 * The cases of a parsed document. Throws `Failure` `invalid_cases` (78) with every problem of every case: where, the value, a hint;
 * and `no_cases` (97) for a table without any.
 */
export function casesIn(document: unknown, file: string): HpaCase[] {
  if (!Array.isArray(document)) {
    throw new Failure('configuration', 'invalid_cases', `${file} is no list of cases: it is ${JSON.stringify(document)?.slice(0, 120)}`, {
      hint: 'a table is a list of {name, input, expected}; npm run -s scenario -- schema tells it in full',
    });
  }
  if (document.length === 0) {
    throw new Failure('noData', 'no_cases', `${file} has no cases, so that nothing was checked`);
  }
  const names = document.map(nameOf);
  const lines = document.flatMap((value: unknown, index) => {
    const repeated = names[index] !== '' && names.indexOf(names[index] ?? '') < index;
    return [
      ...problemsIn(hpaCaseSchema, value),
      ...(repeated ? [{ path: 'name', message: 'names an earlier case, too', hint: 'names tell cases apart' }] : []),
    ].map(
      ({ path, message, hint }) => `  [${index}]${names[index]}: ${path || '(root)'}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    );
  });
  if (lines.length > 0) {
    throw new Failure('configuration', 'invalid_cases', `${file} is not valid:\n${lines.join('\n')}`, {
      hint: 'npm run -s scenario -- schema tells every field',
    });
  }
  return hpaCasesSchema.parse(document);
}

import { z } from 'zod';
import { nameSchema } from '../contract/common.ts';

/** The platforms on which a run can happen. */
export const platformIdSchema = z.enum(['docker', 'local']);
export type PlatformId = z.infer<typeof platformIdSchema>;

/**
 * `lack`: something that the platforms in `blocks` cannot do without, or would use if it were there. `unknown`: this
 * machine does not tell; it is no `ok`.
 */
export const checkStatusSchema = z.enum(['ok', 'warn', 'lack', 'unknown']);
export type CheckStatus = z.infer<typeof checkStatusSchema>;

export const checkGroupSchema = z.enum(['engine', 'images', 'programs', 'machine', 'time']);
export type CheckGroup = z.infer<typeof checkGroupSchema>;

/** What one check found. */
export const findingSchema = z.strictObject({
  status: checkStatusSchema,
  /** For people, with units. */
  observed: z.string().min(1),
  /** For machines; units are in the names. Absent where nothing could be observed. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
  /** The command that mends it, as it is to be typed. */
  fix: z.string().min(1).optional(),
  /** Platforms that cannot start a run while this is so. */
  blocks: z.array(platformIdSchema).optional(),
});
export type Finding = z.infer<typeof findingSchema>;

export const checkedSchema = findingSchema.extend({
  id: nameSchema,
  title: z.string().min(1),
  group: checkGroupSchema,
  /** Why it matters, in half a sentence. */
  why: z.string().min(1),
});
export type Checked = z.infer<typeof checkedSchema>;

/** What a platform could run now. */
export const platformReportSchema = z.strictObject({
  id: platformIdSchema,
  ready: z.boolean(),
  /** Ids of the checks that keep it from running. */
  lacks: z.array(nameSchema),
  /** Empty when the platform could not be looked at, such as Docker without an engine. */
  scenarios: z.array(
    z.strictObject({
      id: nameSchema,
      variants: z.array(nameSchema),
      leftOut: z.array(z.strictObject({ variant: nameSchema, why: z.string() })),
    }),
  ),
});
export type PlatformReport = z.infer<typeof platformReportSchema>;

/** What `doctor --json` prints. */
export const doctorReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** `ready`: a run on the platform that was asked for could start now. */
  verdict: z.enum(['ready', 'unfit']),
  exitCode: z.union([z.literal(0), z.literal(75)]),
  requested: z.enum(['auto', 'docker', 'local']),
  /** The platform that a run would take, and why. */
  taken: z.strictObject({ id: platformIdSchema, why: z.string() }),
  platforms: z.array(platformReportSchema),
  checks: z.array(checkedSchema).min(1),
  elapsedMs: z.number().nonnegative(),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

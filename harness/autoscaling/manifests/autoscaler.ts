import { type Document, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';
import { parseOrFail } from '../../contract/parse.ts';
import { hpaSpecSchema } from '../hpa/spec.ts';
import { scaledObjectSpecSchema } from '../keda/spec.ts';

/** `metadata` as a user writes it, and what the API server adds; the latter is read and never written. */
const metadataSchema = z.strictObject({
  name: z.string().min(1),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().nullable().optional(),
  finalizers: z.array(z.string()).optional(),
  ownerReferences: z.array(z.unknown()).optional(),
  managedFields: z.array(z.unknown()).optional(),
});

const targetIsNamed = (spec: { scaleTargetRef?: unknown }, context: z.RefinementCtx) => {
  if (spec.scaleTargetRef === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['scaleTargetRef'],
      message: 'is missing: what is scaled, such as {apiVersion: apps/v1, kind: Deployment, name: …}',
    });
  }
};

const horizontalPodAutoscalerSchema = z.strictObject({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  metadata: metadataSchema,
  spec: hpaSpecSchema.superRefine(targetIsNamed),
  /** Of the cluster that the file came from. */
  status: z.unknown().optional(),
});

const scaledObjectSchema = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata: metadataSchema,
  spec: scaledObjectSpecSchema.superRefine(targetIsNamed),
  status: z.unknown().optional(),
});

const schemas = { HorizontalPodAutoscaler: horizontalPodAutoscalerSchema, ScaledObject: scaledObjectSchema };
type Kind = keyof typeof schemas;

type Manifest = z.output<typeof horizontalPodAutoscalerSchema> | z.output<typeof scaledObjectSchema>;

/** An autoscaler as the rules take it, with what is needed to write it again. */
export type Autoscaler =
  | Pick<z.output<typeof horizontalPodAutoscalerSchema>, 'apiVersion' | 'kind' | 'metadata' | 'spec'>
  | Pick<z.output<typeof scaledObjectSchema>, 'apiVersion' | 'kind' | 'metadata' | 'spec'>;

/** What an alias leads to is only known here: one that leads nowhere, or multiplies, is no error of the syntax. */
function resolved(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    if (cause instanceof ReferenceError) {
      throw new Failure('configuration', 'invalid_yaml', `${file} is not YAML: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function documentOf(text: string, file: string): unknown {
  const documents = parseAllDocuments(text);
  const [error] = Array.isArray(documents) ? documents.flatMap(({ errors }) => errors) : [];
  if (error !== undefined) {
    throw new Failure('configuration', 'invalid_yaml', `${file} is not YAML: ${error.message}`, { cause: error });
  }
  const values = Array.isArray(documents) ? documents.map((document) => resolved(document, file)).filter((value) => value !== null) : [];
  if (values.length !== 1) {
    throw new Failure('configuration', 'not_one_autoscaler', `${file} holds ${values.length} documents, and one autoscaler is wanted`, {
      hint: 'put the HorizontalPodAutoscaler or ScaledObject into a file of its own',
    });
  }
  return values[0];
}

function kindOf(value: unknown): Kind {
  const { kind } = (typeof value === 'object' && value !== null ? value : {}) as { kind?: unknown };
  // What has another kind, or none, is measured against the HPA, whose problems then name the kind first.
  return kind === 'ScaledObject' ? kind : 'HorizontalPodAutoscaler';
}

/** Only what its author wrote: neither what a cluster added nor what it has come to. */
function authored({ apiVersion, kind, metadata, spec }: Manifest): Autoscaler {
  const { name, namespace, labels, annotations } = metadata;
  const kept = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
  return { apiVersion, kind, metadata: kept, spec } as Autoscaler;
}

/**
 * Reads an autoscaling/v2 HorizontalPodAutoscaler or a keda.sh/v1alpha1 ScaledObject, defaults filled in.
 * Throws `Failure` (78) with every problem: its path, the value, a hint.
 */
export function readAutoscaler(text: string, file: string): Autoscaler {
  const value = documentOf(text, file);
  return authored(parseOrFail<z.ZodType<Manifest>>(schemas[kindOf(value)], value, file));
}

/** YAML that `readAutoscaler` gives back as it was, and that a cluster takes. */
export function writeAutoscaler(autoscaler: Autoscaler): string {
  return stringify(autoscaler, { lineWidth: 0 });
}

import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { getOnce } from './http-get.ts';

const versionLimitMs = 2000;
const versionSchema = z.object({ title: z.string(), version: z.string(), commit: z.string().optional() });
/** Our own node answers with the title and version of the Qdrant whose REST it follows, and says so in its commit. */
const embeddedCommit = /^embedded rag-testbed (\S+)/;

/** A vector engine as a report names it: ours is never presented as Qdrant, whoever started it. */
export interface VectorEngine {
  readonly engine: string;
  readonly version: string;
  readonly embedded: boolean;
}

/** The engine behind an answer to `GET /`. */
export function vectorEngineOf({ title, version, commit = '' }: z.output<typeof versionSchema>): VectorEngine {
  const own = embeddedCommit.exec(commit)?.[1];
  if (own !== undefined) {
    return { engine: 'embedded vector node', version: own, embedded: true };
  }
  return { engine: /^qdrant\b/i.test(title) ? 'Qdrant' : title, version, embedded: false };
}

/**
 * Asks a vector node what it is.
 * @throws Failure `environment` (75) when it does not tell.
 */
export async function askVectorEngine(url: string): Promise<VectorEngine> {
  const { body } = await getOnce(url, AbortSignal.timeout(versionLimitMs));
  try {
    return vectorEngineOf(versionSchema.parse(JSON.parse(body)));
  } catch (error) {
    throw new Failure('environment', 'vector_node_unknown', `GET ${url} does not tell title and version: ${body.slice(0, 200)}`, {
      cause: error,
    });
  }
}

import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { getOnce } from './http-get.ts';

const versionLimitMs = 2000;
const versionSchema = z.object({ title: z.string(), version: z.string() });

/** What a vector node says about itself at `GET /`. */
export async function askVectorNodeVersion(url: string): Promise<z.output<typeof versionSchema>> {
  const { body } = await getOnce(url, AbortSignal.timeout(versionLimitMs));
  try {
    return versionSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new Failure('environment', 'vector_node_unknown', `GET ${url} does not tell title and version: ${body.slice(0, 200)}`, {
      cause: error,
    });
  }
}

/** The name of an engine for a report: what we started ourselves is never presented as Qdrant. */
export function vectorEngineName(title: string, embedded: boolean): string {
  if (embedded) {
    return 'embedded vector node';
  }
  return /^qdrant\b/i.test(title) ? 'Qdrant' : title;
}

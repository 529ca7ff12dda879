import { z } from 'zod';
import { headers } from '../api/headers.ts';
import { ApiError } from './api-error.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

/** OpenAI's answer with `encoding_format: base64`; a provider that ignores the wish sends numbers. Extra fields are its own business. */
const embeddingsSchema = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.union([z.string(), z.array(z.number())]) })),
});

const float32Bytes = 4;

function decode(embedding: string | readonly number[], dimensions: number): Float32Array {
  if (typeof embedding !== 'string') {
    return Float32Array.from(embedding);
  }
  const bytes = Buffer.from(embedding, 'base64');
  if (bytes.length !== dimensions * float32Bytes) {
    throw new ApiError(
      'upstream_failed',
      `an embedding has ${bytes.length} bytes, ${dimensions} dimensions need ${dimensions * float32Bytes}`,
      {
        hint: 'EMBEDDING_DIM must be what the provider returns',
      },
    );
  }
  // Copied, because a pooled buffer need not begin where a float may.
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** `Array.from` walks an iterator, which takes longer than everything else that is done to a vector here. */
function asNumbers(vector: Float32Array): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < vector.length; index += 1) {
    numbers.push(vector[index] as number);
  }
  return numbers;
}

/** One vector per text in the order of the texts, or `upstream_failed`: wrong size, not finite, all zero, missing or repeated index. */
export function readEmbeddings(answer: unknown, count: number, dimensions: number): number[][] {
  const parsed = embeddingsSchema.safeParse(answer);
  if (!parsed.success) {
    throw new ApiError('upstream_failed', `the provider's embeddings are not in the expected form: ${z.prettifyError(parsed.error)}`);
  }
  const vectors: (number[] | undefined)[] = Array.from({ length: count });
  for (const { index, embedding } of parsed.data.data) {
    const vector = decode(embedding, dimensions);
    if (vector.length !== dimensions) {
      throw new ApiError('upstream_failed', `embedding ${index} has ${vector.length} dimensions, expected ${dimensions}`);
    }
    let squares = 0;
    for (const value of vector) {
      squares += value * value;
    }
    if (!(squares > 0 && squares < Number.POSITIVE_INFINITY)) {
      throw new ApiError('upstream_failed', `embedding ${index} is no direction: its squared length is ${squares}`);
    }
    if (index >= count || vectors[index] !== undefined) {
      throw new ApiError('upstream_failed', `embedding index ${index} is repeated or above ${count - 1}`);
    }
    vectors[index] = asNumbers(vector);
  }
  return vectors.map((vector, index) => {
    if (vector === undefined) {
      throw new ApiError('upstream_failed', `${count} texts were sent and no embedding has index ${index}`);
    }
    return vector;
  });
}

/** The provider's JSON answer, or `upstream_failed` with the beginning of what it said instead. */
export function readProviderAnswer(what: string, { status, body }: UpstreamAnswer): unknown {
  const text = body.toString('utf8');
  if (status !== 200) {
    throw new ApiError('upstream_failed', `the provider answered ${what} with ${status}: ${text.slice(0, 200)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError('upstream_failed', `the provider answered ${what} with broken JSON`, { cause: error });
  }
}

export interface EmbeddingSettings {
  readonly model: string;
  readonly dimensions: number;
}

export interface EmbeddingCall {
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** Embeds texts through `POST /v1/embeddings`. Vectors come as base64 because printing and parsing numbers costs more than the rest. */
export async function embed(
  provider: Upstream,
  { model, dimensions }: EmbeddingSettings,
  texts: readonly string[],
  { signal, requestId }: EmbeddingCall,
): Promise<number[][]> {
  const answer = await provider.request({
    method: 'POST',
    path: '/v1/embeddings',
    headers: { 'content-type': 'application/json', [headers.requestId]: requestId },
    body: JSON.stringify({ model, input: texts, dimensions, encoding_format: 'base64' }),
    signal,
  });
  return readEmbeddings(readProviderAnswer('embeddings', answer), texts.length, dimensions);
}

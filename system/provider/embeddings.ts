import { endianness } from 'node:os';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ConceptSpace } from '../concepts/concept-space.ts';
import { shorten } from '../concepts/direction.ts';
import { valid } from '../runtime/json-body.ts';
import type { EmbeddingTime } from './embedding-time.ts';
import { OpenAiError } from './openai-error.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { tokenCount } from './tokens.ts';

export const maximumInputs = 2048;

const text = z.string().min(1, 'an input must not be empty');
/** Unknown fields pass: other clients send fields of their own. */
const embeddingsRequestSchema = z.object({
  model: z.string().min(1),
  input: z.union([text, z.array(text).min(1).max(maximumInputs)]),
  dimensions: z.int().positive().optional(),
  encoding_format: z.enum(['float', 'base64']).default('float'),
});

/** Little-endian single precision, as OpenAI sends it, whatever the order of this machine. */
function base64(vector: Float32Array): string {
  if (endianness() === 'LE') {
    return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
  }
  const bytes = Buffer.allocUnsafe(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (let index = 0; index < vector.length; index += 1) {
    bytes.writeFloatLE(vector[index] ?? 0, index * Float32Array.BYTES_PER_ELEMENT);
  }
  return bytes.toString('base64');
}

/** `POST /v1/embeddings`: vectors of the concept space, shortened when `dimensions` asks for fewer. */
export function embeddings(space: ConceptSpace, clock: SimulatedClock, time: EmbeddingTime): RequestHandler {
  return async (request, response) => {
    const arrivedMs = clock.nowMs();
    const { model, input, dimensions = space.dimensions, encoding_format } = valid(embeddingsRequestSchema, request.body);
    if (dimensions > space.dimensions) {
      throw new OpenAiError(400, 'invalid_request', 'dimensions', `dimensions is ${dimensions}; this model has ${space.dimensions}`);
    }
    const inputs = typeof input === 'string' ? [input] : input;
    let tokens = 0;
    const data = inputs.map((content, index) => {
      tokens += tokenCount(content);
      const vector = shorten(space.embed(content), dimensions);
      return { object: 'embedding', index, embedding: encoding_format === 'base64' ? base64(vector) : Array.from(vector) };
    });
    if (await time.pass(response, arrivedMs, tokens)) {
      response.json({ object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
    }
  };
}

import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ConceptSpace } from '../concepts/concept-space.ts';
import { relevanceTo } from '../concepts/relevance.ts';
import { valid } from '../runtime/json-body.ts';
import { occupy } from './occupy.ts';
import { type RerankPreset, rerankMs } from './rerank-timing.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { tokenCount } from './tokens.ts';

const maximumDocuments = 1000;
const text = z.string().min(1).max(1_000_000);
const rerankRequestSchema = z.object({
  model: z.string().min(1),
  query: text,
  documents: z.array(text).min(1).max(maximumDocuments),
  top_n: z.int().positive().optional(),
});

/** `POST /v1/rerank`, in the form of Cohere and Jina: the documents by relevance, equals in the order given. */
export function rerank(space: ConceptSpace, preset: RerankPreset, clock: SimulatedClock): RequestHandler {
  return async (request, response) => {
    const arrivedMs = clock.nowMs();
    const { model, query, documents, top_n = documents.length } = valid(rerankRequestSchema, request.body);
    const relevance = relevanceTo(space, query);
    const results = documents
      .map((document, index) => ({ index, relevance_score: relevance(document) }))
      .sort((left, right) => right.relevance_score - left.relevance_score || left.index - right.index)
      .slice(0, top_n);
    if (await occupy(response, clock, arrivedMs + rerankMs[preset](documents.length))) {
      const tokens = documents.reduce((sum, document) => sum + tokenCount(document), tokenCount(query) * documents.length);
      response.json({ model, results, usage: { total_tokens: tokens } });
    }
  };
}

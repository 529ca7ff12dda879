import type { Express } from 'express';
import type { Logger } from 'pino';
import type { HealthResponse } from '../api/health.ts';
import { createConceptSpace } from '../concepts/concept-space.ts';
import { randomStream } from '../policies/random-stream.ts';
import { jsonBody } from '../runtime/json-body.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { assignRequestId, createApp, refuseMethod, refuseUnknownPath } from '../runtime/server.ts';
import { chat } from './chat.ts';
import { createChatMetrics } from './chat-metrics.ts';
import { embeddings } from './embeddings.ts';
import { hostedGeneration } from './generation.ts';
import { respondWithOpenAiError } from './openai-error.ts';
import { type ProviderPreset, presets } from './presets/index.ts';
import { rerank } from './rerank.ts';
import type { RerankPreset } from './rerank-timing.ts';
import { createSimulatedClock } from './simulated-clock.ts';

export interface ProviderSettings {
  readonly EMBEDDINGS_PRESET: ProviderPreset;
  readonly CHAT_PRESET: ProviderPreset;
  readonly RERANK_PRESET: RerankPreset;
  readonly EMBEDDING_DIM: number;
  readonly CONCEPT_COUNT: number;
  readonly CONCEPT_SEED: number;
}

const bodyLimitBytes = 32 * 1024 * 1024;
const models = ['concept-embedding', 'concept-chat', 'concept-rerank'];
const healthy: HealthResponse = { overall_status: 'healthy', checks: { process: { status: 'healthy' } } };

/** The OpenAI-compatible simulator as an Express app; the models answer under any name, so that clients need no change. */
export function createProviderApp(settings: ProviderSettings, logger: Logger): Express {
  const {
    CONCEPT_SEED: seed,
    CONCEPT_COUNT: concepts,
    EMBEDDING_DIM: dimensions,
    EMBEDDINGS_PRESET,
    CHAT_PRESET,
    RERANK_PRESET,
  } = settings;
  const space = createConceptSpace({ seed, concepts, dimensions });
  const metrics = createMetrics();
  const clock = createSimulatedClock(1);
  const app = createApp();
  app.use(assignRequestId, metrics.measure);
  app.post(
    '/v1/embeddings',
    ...jsonBody(bodyLimitBytes),
    embeddings(space, presets[EMBEDDINGS_PRESET], randomStream(seed, 'embeddings timing')),
  );
  app.post(
    '/v1/chat/completions',
    ...jsonBody(bodyLimitBytes),
    chat({
      preset: presets[CHAT_PRESET],
      seed,
      clock,
      generation: hostedGeneration(presets[CHAT_PRESET], clock, randomStream(seed, 'chat timing')),
      metrics: createChatMetrics(metrics.registry),
    }),
  );
  app.post('/v1/rerank', ...jsonBody(bodyLimitBytes), rerank(space, RERANK_PRESET));
  app.get('/v1/models', (_request, response) => {
    response.json({ object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'rag-testbed' })) });
  });
  for (const probe of ['/health', '/ready']) {
    app.get(probe, (_request, response) => {
      response.json(healthy);
    });
  }
  metrics.mount(app);
  app.all(['/v1/embeddings', '/v1/chat/completions', '/v1/rerank', '/v1/models', '/health', '/ready', '/metrics'], refuseMethod);
  app.use(refuseUnknownPath);
  app.use(respondWithOpenAiError(logger));
  return app;
}

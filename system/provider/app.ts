import type { Express } from 'express';
import type { Logger } from 'pino';
import type { HealthResponse } from '../api/health.ts';
import { createConceptSpace } from '../concepts/concept-space.ts';
import { randomStream } from '../policies/random-stream.ts';
import { jsonBody } from '../runtime/json-body.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { assignRequestId, createApp, refuseMethod, refuseUnknownPath } from '../runtime/server.ts';
import { createAdmission } from './admission.ts';
import { chat } from './chat.ts';
import { createChatMetrics } from './chat-metrics.ts';
import { embeddingTimeOf } from './embedding-time.ts';
import { embeddings } from './embeddings.ts';
import { generationOf } from './generation.ts';
import { respondWithOpenAiError } from './openai-error.ts';
import { presets } from './presets/index.ts';
import { rerank } from './rerank.ts';
import type { ProviderSettings } from './settings.ts';
import { createSimulatedClock } from './simulated-clock.ts';

const bodyLimitBytes = 32 * 1024 * 1024;
const models = ['concept-embedding', 'concept-chat', 'concept-rerank'];
const healthy: HealthResponse = { overall_status: 'healthy', checks: { process: { status: 'healthy' } } };

/** The OpenAI-compatible simulator as an Express app; the models answer under any name, so that clients need no change. */
export function createProviderApp(settings: ProviderSettings, logger: Logger): Express {
  const { CONCEPT_SEED: seed, CONCEPT_COUNT: concepts, EMBEDDING_DIM: dimensions } = settings;
  const [chatPreset, embeddingsPreset] = [presets[settings.CHAT_PRESET], presets[settings.EMBEDDINGS_PRESET]];
  const space = createConceptSpace({ seed, concepts, dimensions });
  const clock = createSimulatedClock(settings.TIME_SCALE);
  const metrics = createMetrics();
  const generation = generationOf(chatPreset, clock, randomStream(seed, 'chat timing'));
  const chatMetrics = createChatMetrics(metrics.registry, generation);
  const streams = { faults: randomStream(seed, 'chat faults'), headers: randomStream(seed, 'chat limit headers') };
  const admission = createAdmission(settings, streams, chatMetrics);
  const embeddingTime = embeddingTimeOf(embeddingsPreset, clock, randomStream(seed, 'embeddings timing'));
  const app = createApp();
  app.use(assignRequestId, metrics.measure);
  app.post('/v1/embeddings', jsonBody(bodyLimitBytes), embeddings(space, clock, embeddingTime));
  app.post(
    '/v1/chat/completions',
    jsonBody(bodyLimitBytes),
    chat({ preset: chatPreset, seed, clock, admission, generation, metrics: chatMetrics }),
  );
  app.post('/v1/rerank', jsonBody(bodyLimitBytes), rerank(space, settings.RERANK_PRESET, clock));
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

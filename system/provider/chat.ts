import type { RequestHandler } from 'express';
import { z } from 'zod';
import { errorStatus } from '../api/errors.ts';
import { hash32, type RandomStream, randomStream } from '../policies/random-stream.ts';
import { valid } from '../runtime/json-body.ts';
import { writeAnswer } from './answer.ts';
import type { ChatMetrics } from './chat-metrics.ts';
import { occupy } from './occupy.ts';
import { OpenAiError } from './openai-error.ts';
import type { Preset } from './presets/preset.ts';
import { tokenCount } from './tokens.ts';

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([
    z.string(),
    z.array(z.object({ type: z.literal('text'), text: z.string() })).transform((parts) => parts.map((part) => part.text).join('\n')),
  ]),
});
/** Unknown fields pass: other clients send fields of their own. */
const chatRequestSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1).max(2048),
  stream: z.boolean().nullish(),
  n: z.literal(1).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
});

/** Streams of similar names start alike; after these draws they have parted. */
const warmUpDraws = 8;

/** The length of an answer hangs on its prompt alone, so that the same prompt gets the same answer whenever it comes. */
function targetTokensOf(preset: Preset, seed: number, prompt: string): number {
  const stream = randomStream(seed, `answer:${hash32(prompt)}`);
  for (let draw = 0; draw < warmUpDraws; draw += 1) {
    stream.uniform();
  }
  return preset.outputTokens(stream);
}

/** `POST /v1/chat/completions`: an answer that quotes the context of its prompt, in the time that the preset takes. */
export function chat(preset: Preset, seed: number, stream: RandomStream, metrics: ChatMetrics): RequestHandler {
  return async (request, response) => {
    const startedMs = performance.now();
    const { model, messages, stream: isStreamed, ...limits } = valid(chatRequestSchema, request.body);
    if (isStreamed === true) {
      throw new OpenAiError(errorStatus.not_implemented, 'not_implemented', 'stream', 'stream: true is not implemented; leave it out');
    }
    // Drawn on arrival, so that the n-th request takes the same time in every run.
    const timeToFirstTokenMs = preset.timeToFirstTokenMs(stream);
    const timePerOutputTokenMs = preset.timePerOutputTokenMs(stream);
    const prompt = messages.map(({ content }) => content).join('\n');
    const limitTokens = limits.max_completion_tokens ?? limits.max_tokens ?? Number.POSITIVE_INFINITY;
    const { text, isCut } = writeAnswer(
      messages.map(({ role, content }) => ({ role, text: content })),
      targetTokensOf(preset, seed, prompt),
      limitTokens,
    );
    const [promptTokens, completionTokens] = [tokenCount(prompt), tokenCount(text)];
    const durationMs = timeToFirstTokenMs + Math.max(0, completionTokens - 1) * timePerOutputTokenMs;
    if (await occupy(response, startedMs, durationMs)) {
      metrics.observe(timeToFirstTokenMs, timePerOutputTokenMs);
      response.json({
        id: `chatcmpl-${hash32(prompt).toString(16).padStart(8, '0')}`,
        object: 'chat.completion',
        created: Math.floor(Date.now() / 1000),
        model,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: text, refusal: null },
            logprobs: null,
            finish_reason: isCut ? 'length' : 'stop',
          },
        ],
        usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens },
      });
    }
  };
}

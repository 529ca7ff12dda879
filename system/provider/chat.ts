import type { RequestHandler } from 'express';
import { z } from 'zod';
import { hash32, randomStream } from '../policies/random-stream.ts';
import { answerTokensOf } from '../runtime/answer-tokens.ts';
import { valid } from '../runtime/json-body.ts';
import type { Admission } from './admission.ts';
import { writeAnswer } from './answer.ts';
import { answerStream } from './answer-stream.ts';
import type { ChatMetrics } from './chat-metrics.ts';
import { type Completion, completionBody } from './completion.ts';
import type { Generation } from './generation.ts';
import type { Preset } from './presets/preset.ts';
import type { SimulatedClock } from './simulated-clock.ts';
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
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  /** vLLM's: the answer is at least this long if its context has something to quote. */
  min_tokens: z.int().nonnegative().nullish(),
});
type ChatRequest = z.output<typeof chatRequestSchema>;

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

/** `asked` tokens, where the caller of the whole system says how long its answer is, come before everything but the caller's own limit. */
function complete(
  { preset, seed }: Pick<ChatModel, 'preset' | 'seed'>,
  { model, messages, ...limits }: ChatRequest,
  asked: number | undefined,
): Completion {
  const prompt = messages.map(({ content }) => content).join('\n');
  const limitTokens = limits.max_completion_tokens ?? limits.max_tokens ?? Number.POSITIVE_INFINITY;
  const { text, isCut } = writeAnswer(
    messages.map(({ role, content }) => ({ role, text: content })),
    asked ?? Math.max(limits.min_tokens ?? 0, targetTokensOf(preset, seed, prompt)),
    Math.min(limitTokens, asked ?? Number.POSITIVE_INFINITY),
  );
  const [prompt_tokens, completion_tokens] = [tokenCount(prompt), tokenCount(text)];
  return {
    id: `chatcmpl-${hash32(prompt).toString(16).padStart(8, '0')}`,
    created: Math.floor(Date.now() / 1000),
    model,
    text,
    finishReason: isCut && (asked ?? Number.POSITIVE_INFINITY) >= limitTokens ? 'length' : 'stop',
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

export interface ChatModel {
  readonly preset: Preset;
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly admission: Admission;
  readonly generation: Generation;
  readonly metrics: ChatMetrics;
}

/**
 * `POST /v1/chat/completions`: an answer that quotes the context of its prompt, in the time that the preset takes, whole or
 * with `stream: true` token by token. A caller that leaves takes its answer with it at once.
 */
export function chat({ preset, seed, clock, admission, generation, metrics }: ChatModel): RequestHandler {
  return (request, response) => {
    const arrivedMs = clock.nowMs();
    const planned = admission.arrive(response, arrivedMs);
    const body = valid(chatRequestSchema, request.body);
    const completion = complete({ preset, seed }, body, answerTokensOf(request));
    const { prompt_tokens: promptTokens, completion_tokens: outputTokens } = completion.usage;
    // As OpenAI counts before it knows: the prompt, and what the caller allows the answer to be.
    admission.charge(response, promptTokens + (body.max_completion_tokens ?? body.max_tokens ?? 0), arrivedMs);
    if (response.destroyed) {
      return;
    }
    const stream =
      body.stream === true
        ? answerStream(response, completion, {
            includeUsage: body.stream_options?.include_usage === true,
            planned,
            onFault: metrics.injected,
          })
        : undefined;
    const cancel = generation.begin({
      promptTokens,
      outputTokens,
      arrivedMs,
      onTokens: stream?.onTokens,
      onEnd: (times) => {
        response.off('close', cancel);
        metrics.observe(times);
        if (stream === undefined) {
          response.json(completionBody(completion));
        } else {
          stream.end();
        }
      },
    });
    response.once('close', cancel);
  };
}

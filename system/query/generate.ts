import { z } from 'zod';
import type { ChatMessage, Sampling } from '../api/chat-completions.ts';
import { createEventReader, eventStreamType, type ServerSentEvent } from '../api/event-stream.ts';
import { headers } from '../api/headers.ts';
import type { AskResponse } from '../api/search.ts';
import { ApiError } from '../runtime/api-error.ts';
import { readProviderAnswer } from '../runtime/embedding-client.ts';
import { type Upstream, type UpstreamRequest, wholeAnswer } from '../runtime/upstream.ts';

export interface GenerationTask {
  readonly messages: readonly ChatMessage[];
  readonly model: string;
  readonly sampling: Sampling;
  readonly answerTokens?: number | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

export interface Generated extends Pick<AskResponse, 'answer' | 'usage'> {
  /** Why the model ended, in the provider's words: "stop", or "length" when it was cut. */
  readonly finishReason: string;
}

const usageSchema = z.object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() });

/** OpenAI's chat completion; extra fields are the provider's business. */
const completionSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }), finish_reason: z.string().nullish() })).min(1),
  usage: usageSchema,
});

/** One event of a streamed completion. An error in mid-stream comes in place of choices. */
const chunkSchema = z.object({
  choices: z
    .array(z.object({ delta: z.object({ content: z.string().nullish() }).optional(), finish_reason: z.string().nullish() }))
    .default([]),
  usage: usageSchema.nullish(),
  error: z.object({ message: z.string() }).nullish(),
});

const unsaidReason = 'stop';
const lastData = '[DONE]';

function requestOf({ model, messages, sampling, answerTokens, requestId, signal }: GenerationTask, streamed: boolean): UpstreamRequest {
  return {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {
      'content-type': 'application/json',
      [headers.requestId]: requestId,
      ...(answerTokens === undefined ? {} : { [headers.answerTokens]: String(answerTokens) }),
    },
    body: JSON.stringify({
      model,
      messages,
      ...sampling,
      ...(streamed ? { stream: true, stream_options: { include_usage: true } } : { stream: false }),
    }),
    signal,
  };
}

/** Generates an answer through `POST /v1/chat/completions`. Throws `ApiError`s. */
export async function generate(provider: Upstream, task: GenerationTask): Promise<Generated> {
  const answer = await provider.request(requestOf(task, false));
  const parsed = completionSchema.safeParse(readProviderAnswer('a chat completion', answer));
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) {
    throw new ApiError('upstream_failed', 'the provider answered with something other than a chat completion', { cause: parsed.error });
  }
  const { prompt_tokens, completion_tokens } = parsed.data.usage;
  return {
    answer: choice.message.content,
    usage: { prompt_tokens, completion_tokens },
    finishReason: choice.finish_reason ?? unsaidReason,
  };
}

function readChunk({ data }: ServerSentEvent): z.output<typeof chunkSchema> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    throw new ApiError('upstream_failed', `the provider streamed broken JSON: ${data.slice(0, 200)}`, { cause: error });
  }
  const parsed = chunkSchema.safeParse(value);
  if (!parsed.success) {
    throw new ApiError('upstream_failed', `the provider streamed something other than a completion chunk: ${data.slice(0, 200)}`, {
      cause: parsed.error,
    });
  }
  if (parsed.data.error) {
    throw new ApiError('upstream_failed', `the provider ended its stream with an error: ${parsed.data.error.message.slice(0, 200)}`);
  }
  return parsed.data;
}

/** The events of a provider's stream; `upstream_failed` for one too long to be an event. */
async function* eventsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<ServerSentEvent> {
  const reader = createEventReader();
  for await (const piece of bytes) {
    let events: ServerSentEvent[];
    try {
      events = reader.push(piece);
    } catch (error) {
      throw new ApiError('upstream_failed', `the provider's stream cannot be read: ${(error as Error).message}`, { cause: error });
    }
    yield* events;
  }
}

/**
 * Like `generate`, and hands over each text as it comes; nothing more is read from the provider until that is done. A stream
 * that ends without `[DONE]` or without the usage is `upstream_failed`, however much of it came.
 */
export async function generateStreamed(
  provider: Upstream,
  task: GenerationTask,
  onText: (text: string) => Promise<void>,
): Promise<Generated> {
  const stream = await provider.open(requestOf(task, true));
  if (stream.status !== 200 || !stream.contentType.startsWith(eventStreamType)) {
    readProviderAnswer('a streamed chat completion', await wholeAnswer(stream));
    throw new ApiError('upstream_failed', `the provider answered a streamed chat completion with ${stream.contentType}`);
  }
  const texts: string[] = [];
  let usage: Generated['usage'] | undefined;
  let finishReason = unsaidReason;
  for await (const event of eventsOf(stream.bytes)) {
    if (event.data === lastData) {
      if (usage === undefined) {
        throw new ApiError('upstream_failed', 'the provider streamed no usage', { hint: 'it must know stream_options.include_usage' });
      }
      stream.discard();
      return { answer: texts.join(''), usage, finishReason };
    }
    const { choices, usage: counted } = readChunk(event);
    if (counted) {
      usage = { prompt_tokens: counted.prompt_tokens, completion_tokens: counted.completion_tokens };
    }
    const choice = choices[0];
    finishReason = choice?.finish_reason ?? finishReason;
    const text = choice?.delta?.content ?? '';
    if (text !== '') {
      texts.push(text);
      await onText(text);
    }
  }
  throw new ApiError('upstream_failed', `the provider's stream ended before [DONE], after ${texts.length} piece(s) of text`);
}

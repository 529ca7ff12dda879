import { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import { errorStatus } from './errors.ts';
import { evidenceSchema } from './evidence.ts';
import { askRequestSchema, hitSchema } from './search.ts';

const maximumMessages = 256;
const maximumQuestion = 8192;

/** Text, or OpenAI's list of parts of which only text can be answered. */
const contentSchema = z.union([
  z.string(),
  z
    .array(z.strictObject({ type: z.literal('text'), text: z.string() }))
    .min(1)
    .transform((parts) => parts.map(({ text }) => text).join('\n')),
]);
const messageSchema = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: contentSchema,
  name: z.string().max(64).optional(),
});
export type ChatMessage = Pick<z.output<typeof messageSchema>, 'role' | 'content'>;

/** How the model shall write; passed on to it as they are. */
const samplingSchema = z.strictObject({
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
});
export type Sampling = z.output<typeof samplingSchema>;

/**
 * `POST /v1/chat/completions`, in OpenAI's form. The last message is the question and is answered from the documents; the
 * earlier ones go to the model before it. A field whose wish could not be kept (tools, several choices) is refused.
 */
export const chatRequestSchema = z
  .strictObject({
    model: z.string().min(1).max(256),
    messages: z.array(messageSchema).min(1).max(maximumMessages),
    stream: z.boolean().nullish(),
    stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
    n: z.literal(1).nullish(),
    /** Identifies an end user to OpenAI; without meaning here. */
    user: z.string().max(256).optional(),
    ...samplingSchema.shape,
    /** Not OpenAI's: how to retrieve. */
    rag_testbed: askRequestSchema.pick({ top_k: true, filters: true }).prefault({}),
  })
  .superRefine(({ messages, stream, stream_options }, context) => {
    const last = messages.at(-1);
    const position = messages.length - 1;
    if (last?.role !== 'user') {
      context.addIssue({
        code: 'custom',
        path: ['messages', position, 'role'],
        message: 'the last message is the question: a user message',
      });
    } else if (last.content.trim() === '' || last.content.length > maximumQuestion) {
      context.addIssue({
        code: 'custom',
        path: ['messages', position, 'content'],
        message: `the question has ${last.content.trim().length} characters; 1 to ${maximumQuestion} are answered`,
      });
    }
    if (stream !== true && stream_options !== undefined && stream_options !== null) {
      context.addIssue({ code: 'custom', path: ['stream_options'], message: 'stream_options is for stream: true only' });
    }
  });

/** Not OpenAI's: what the answer rests on. */
const extensionSchema = z.strictObject({ sources: z.array(hitSchema), evidence: evidenceSchema });

const usageSchema = z.strictObject({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative(),
  total_tokens: z.int().nonnegative(),
});

export const chatCompletionSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.tuple([
    z.strictObject({
      index: z.literal(0),
      message: z.strictObject({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: z.string(),
    }),
  ]),
  usage: usageSchema,
  rag_testbed: extensionSchema,
});
export type ChatCompletion = z.infer<typeof chatCompletionSchema>;

/**
 * The data of one event of a streamed completion; after the last one comes `[DONE]`. The first has the role, each following
 * one a piece of text, then one has the reason of the end and `rag_testbed`. With `include_usage` a last one has no choices and
 * the usage, which is null in those before. An error in mid-stream is the data of the last event, in OpenAI's error form.
 */
export const chatChunkSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z
    .array(
      z.strictObject({
        index: z.literal(0),
        delta: z.strictObject({ role: z.literal('assistant').optional(), content: z.string().optional() }),
        logprobs: z.null(),
        finish_reason: z.string().nullable(),
      }),
    )
    .max(1),
  usage: usageSchema.nullable().optional(),
  rag_testbed: extensionSchema.optional(),
});
export type ChatChunk = z.infer<typeof chatChunkSchema>;

export const openAiErrorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'authentication_error', 'permission_error', 'server_error']),
    /** The field at fault. */
    param: z.string().nullable(),
    /** As in this system's own errors. */
    code: z.string().nullable(),
  }),
});
export type OpenAiErrorBody = z.infer<typeof openAiErrorSchema>;

function openAiErrorType(status: number): OpenAiErrorBody['error']['type'] {
  if (status === errorStatus.unauthenticated) {
    return 'authentication_error';
  }
  if (status === errorStatus.forbidden) {
    return 'permission_error';
  }
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/** An error of this system as OpenAI's clients read it; its hint becomes part of the message. */
export function openAiErrorOf({ error }: ErrorBody): OpenAiErrorBody {
  const { code, message, hint, problems } = error;
  const param = problems?.[0]?.path;
  return {
    error: {
      message: hint === undefined ? message : `${message}; ${hint}`,
      type: openAiErrorType(errorStatus[code]),
      param: param === undefined || param === '' ? null : param,
      code,
    },
  };
}

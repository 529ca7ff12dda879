import { dataText } from '../api/event-stream.ts';

/** What an answer of the chat model says, before it has a form on the wire. */
export interface Completion {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

/** The whole answer as one `chat.completion`. */
export function completionBody({ id, created, model, text, finishReason, usage }: Completion): object {
  const message = { role: 'assistant', content: text, refusal: null };
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage,
  };
}

/** The events of a streamed answer, in the order in which they are sent; each ends with its empty line. */
export interface CompletionEvents {
  /** Names the role and has no text yet; sent with the first token. */
  role(): string;
  content(text: string): string;
  /** The reason of the end, then the usage if it was asked for, then the end mark. */
  end(): string;
}

const endMark = '[DONE]';

/** One event with a value as its data. */
export function jsonEvent(value: unknown): string {
  return dataText(JSON.stringify(value));
}

/** The answer as events of `chat.completion.chunk`. `includeUsage` is the request's `stream_options.include_usage`. */
export function completionEvents(completion: Completion, includeUsage: boolean): CompletionEvents {
  const { id, created, model, finishReason, usage } = completion;
  const chunk = (choices: readonly object[], total: Completion['usage'] | null) =>
    jsonEvent({ id, object: 'chat.completion.chunk', created, model, choices, ...(includeUsage ? { usage: total } : {}) });
  const choice = (delta: object, finish_reason: string | null) => chunk([{ index: 0, delta, logprobs: null, finish_reason }], null);
  return {
    role: () => choice({ role: 'assistant', content: '', refusal: null }, null),
    content: (text) => choice({ content: text }, null),
    end: () => choice({}, finishReason) + (includeUsage ? chunk([], usage) : '') + dataText(endMark),
  };
}

import type { ChatChunk, ChatCompletion } from '../api/chat-completions.ts';
import { dataText } from '../api/event-stream.ts';
import type { AskResponse } from '../api/search.ts';
import type { Answered } from './answer-question.ts';
import type { StreamForm } from './stream-answer.ts';

export interface ChatHead {
  readonly requestId: string;
  readonly model: string;
  /** Unix time, s. */
  readonly created: number;
}

function usageOf({ prompt_tokens, completion_tokens }: AskResponse['usage']): ChatCompletion['usage'] {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** An answer as OpenAI's chat completion. */
export function chatCompletionOf({ requestId, model, created }: ChatHead, { response, finishReason }: Answered): ChatCompletion {
  const { answer, sources, usage, evidence } = response;
  return {
    id: `chatcmpl-${requestId}`,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: answer, refusal: null }, logprobs: null, finish_reason: finishReason }],
    usage: usageOf(usage),
    rag_testbed: { sources, evidence },
  };
}

/** An answer as OpenAI's stream of chunks. */
export function chatStreamForm({ requestId, model, created }: ChatHead, includeUsage: boolean): StreamForm {
  const chunk = (rest: Pick<ChatChunk, 'choices' | 'usage' | 'rag_testbed'>) =>
    dataText(
      JSON.stringify({
        id: `chatcmpl-${requestId}`,
        object: 'chat.completion.chunk',
        created,
        model,
        ...(includeUsage ? { usage: null } : {}),
        ...rest,
      } satisfies ChatChunk),
    );
  const choice = (delta: ChatChunk['choices'][number]['delta'], finishReason: string | null = null): ChatChunk['choices'] => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ];
  return {
    begun: () => chunk({ choices: choice({ role: 'assistant', content: '' }) }),
    // Nothing in OpenAI's form says that sources were found; they come with the end.
    retrieved: () => '',
    generated: (text) => chunk({ choices: choice({ content: text }) }),
    completed: ({ response, finishReason }) =>
      chunk({ choices: choice({}, finishReason), rag_testbed: { sources: response.sources, evidence: response.evidence } }) +
      (includeUsage ? chunk({ choices: [], usage: usageOf(response.usage) }) : '') +
      dataText('[DONE]'),
    failed: (body) => dataText(JSON.stringify(body)),
  };
}

import type { ChatMessage, Sampling } from '../api/chat-completions.ts';
import type { Evidence } from '../api/evidence.ts';
import type { AskResponse, Hit } from '../api/search.ts';
import { openConversation } from './conversation.ts';
import { generate, generateStreamed } from './generate.ts';
import { messagesOf, promptOf } from './prompt.ts';
import { type SearchParts, type SearchTask, search } from './search.ts';
import type { SessionStore } from './session-store.ts';

/** What answering a question needs of the process it runs in. */
export interface AnswerParts extends SearchParts {
  readonly chatModel: string;
  /** Without it there are no sessions, and a question that names one is refused. */
  readonly sessions?: SessionStore | undefined;
  /** Time from asking the provider to the first text of a streamed answer, ms. */
  readonly onFirstToken: (timeToFirstTokenMs: number) => void;
}

export interface Question extends SearchTask {
  /** What was said before, as the caller has it. */
  readonly earlier: readonly ChatMessage[];
  readonly sessionId: string | undefined;
  readonly sampling: Sampling;
  /** What the simulated model is told to write; it says nothing about the question. */
  readonly answerTokens: number | undefined;
}

/** Who is told of an answer while it is made. What is told next waits until this is done. */
export interface AnswerListener {
  /** The question is accepted: whatever fails from here on fails in the stream. */
  begun(): Promise<void>;
  retrieved(sources: readonly Hit[], evidence: Evidence): Promise<void>;
  generated(text: string): Promise<void>;
}

export interface Answered {
  readonly response: AskResponse;
  readonly finishReason: string;
}

/**
 * The one way from a question to its answer, for plain, streamed, chat and batched questions alike: search, read the
 * conversation, generate, remember the turn. With a listener the text is generated as a stream. Throws `ApiError`s.
 */
export async function answerQuestion(parts: AnswerParts, question: Question, listener?: AnswerListener): Promise<Answered> {
  const { deadline, watch, tenant, requestId, sessionId, text } = question;
  const conversation = openConversation(parts.sessions, { tenant, requestId, sessionId, deadline, logger: parts.logger });
  await listener?.begun();

  const { hits: sources, evidence: searched } = await search(parts, question);
  await listener?.retrieved(sources, { ...searched, ...watch.read() });

  const { turns, trouble: unread } = await conversation.history();
  if (sessionId !== undefined) {
    deadline.check('reading the conversation');
    watch.lap('history');
  }
  const task = {
    messages: promptOf(text, sources, [...messagesOf(turns), ...question.earlier]),
    model: parts.chatModel,
    sampling: question.sampling,
    answerTokens: question.answerTokens,
    requestId,
    signal: deadline.signal,
  };
  let timeToFirstTokenMs: number | undefined;
  const asked = performance.now();
  const { answer, usage, finishReason } =
    listener === undefined
      ? await generate(parts.provider, task)
      : await generateStreamed(parts.provider, task, (piece) => {
          if (timeToFirstTokenMs === undefined) {
            timeToFirstTokenMs = performance.now() - asked;
            parts.onFirstToken(timeToFirstTokenMs);
          }
          return listener.generated(piece);
        });
  watch.lap('generate');

  const lost = await conversation.remember({ question: text, answer });
  if (sessionId !== undefined) {
    deadline.check('continuing the conversation');
    watch.lap('remember');
  }
  const reasons = [searched.degraded_reason, unread, lost].filter((reason) => typeof reason === 'string');
  const evidence: Evidence = {
    ...searched,
    degraded: reasons.length > 0,
    degraded_reason: reasons.length > 0 ? reasons.join('; ') : null,
    ...watch.read(),
    ...(timeToFirstTokenMs === undefined ? {} : { time_to_first_token_ms: Math.round(timeToFirstTokenMs * 1000) / 1000 }),
  };
  return { response: { answer, sources, usage, evidence }, finishReason };
}

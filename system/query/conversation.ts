import type { Logger } from 'pino';
import { ApiError } from '../runtime/api-error.ts';
import { type Deadline, endingEarlier, within } from '../runtime/deadline.ts';
import type { SessionStore, Turn } from './session-store.ts';

/** Longest that a conversation is waited for: a store that takes longer does not answer. */
const longestMs = 1_000;
/** Part of what remains of a deadline that may go into a conversation, so that an answer can still be made without it. */
const budgetShare = 0.25;

export interface Conversation {
  /** The turns so far, and why there are none when they could not be read. */
  history(): Promise<{ readonly turns: readonly Turn[]; readonly trouble: string | undefined }>;
  /** Keeps a turn; resolves with the reason when it could not be kept. */
  remember(turn: Turn): Promise<string | undefined>;
}

export interface ConversationTask {
  readonly tenant: string;
  readonly requestId: string;
  readonly sessionId: string | undefined;
  readonly deadline: Deadline;
  readonly logger: Logger;
}

/** A question that belongs to no session, or the first of none. */
const alone: Conversation = {
  history: async () => ({ turns: [], trouble: undefined }),
  remember: async () => undefined,
};

/**
 * The conversation that a question belongs to. It begins to be read at once, beside the search. A store that fails costs the
 * answer its history and not the caller his answer, which then says so. Throws `invalid_request` for a session where none are kept.
 */
export function openConversation(sessions: SessionStore | undefined, task: ConversationTask): Conversation {
  const { tenant, requestId, sessionId, deadline, logger } = task;
  if (sessionId === undefined) {
    return alone;
  }
  if (sessions === undefined) {
    throw new ApiError('invalid_request', 'the request has a session_id and this system keeps no sessions', {
      hint: 'leave session_id out, or start the query tier with a session store',
      problems: [{ path: 'session_id', message: 'no sessions are kept here' }],
    });
  }
  const attempt = async <T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ value?: T; trouble: string | undefined }> => {
    const remainingMs = deadline.remainingMs();
    using limited = endingEarlier(deadline, remainingMs - Math.min(longestMs, remainingMs * budgetShare));
    try {
      return { value: await within(limited.signal, work(limited.signal)), trouble: undefined };
    } catch (error) {
      logger.warn({ err: error, request_id: requestId, tenant_id: tenant }, `the conversation was not ${what}`);
      return { trouble: `the conversation was not ${what}: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  // Settles whatever happens, so that a search that fails first leaves no rejection behind.
  const reading = attempt('read', (signal) => sessions.history(tenant, sessionId, signal));
  return {
    async history() {
      const { value = [], trouble } = await reading;
      return { turns: value, trouble };
    },
    async remember(turn) {
      return (await attempt('continued', (signal) => sessions.append(tenant, sessionId, turn, signal))).trouble;
    },
  };
}

/** One question of a conversation and the answer it got. */
export interface Turn {
  readonly question: string;
  readonly answer: string;
}

/**
 * Conversations, kept outside the query processes so that any of them can go on with any. A session belongs to its tenant: the
 * same id under another tenant is another conversation. Both methods reject with an `ApiError` when the store does not
 * answer, and with the reason of the signal when that aborts first.
 */
export interface SessionStore {
  /** The turns so far, oldest first; none for a session that is not known (yet, or any more). */
  history(tenant: string, sessionId: string, signal: AbortSignal): Promise<readonly Turn[]>;
  /** Adds a turn after the last one. */
  append(tenant: string, sessionId: string, turn: Turn, signal: AbortSignal): Promise<void>;
}

/** Headers of the reference system, lower case as Node reports them. */
export const headers = {
  /** From the caller to the gateway: the key that decides tenant and role. */
  apiKey: 'x-api-key',
  requestId: 'x-request-id',
  /** Milliseconds that are left until the answer is worthless; each hop passes on what remains. */
  deadlineMs: 'x-deadline-ms',
  /**
   * From a caller through every hop to the simulated provider: how many tokens its model writes. It says nothing about the question, so
   * a kept answer is the same with and without it; a real provider does not know it.
   */
  answerTokens: 'x-simulated-answer-tokens',
  /** From the gateway inward only. */
  tenant: 'x-tenant',
  internalToken: 'x-internal-token',
} as const;

export const defaultDeadlineMs = 10_000;
export const maximumDeadlineMs = 600_000;
/** What `answerTokens` may ask for at most. */
export const maximumAnswerTokens = 100_000;

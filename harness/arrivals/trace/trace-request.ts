/** One recorded request. What a format does not tell is absent. */
export interface TraceRequest {
  /** Whole µs from the beginning of the recording, ascending from request to request. */
  readonly atUs: number;
  /** Conversation or user. */
  readonly sessionKey?: string;
  /** Tokens of everything that the model read, retrieved passages included. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Equal for equal questions. */
  readonly queryKey?: string;
  /** The passages that were retrieved, best first; empty where nothing was. */
  readonly passageKeys?: readonly string[];
}

export interface Trace {
  /** The file that was read, for messages. */
  readonly file: string;
  /** At least two, not all at one moment. */
  readonly requests: readonly TraceRequest[];
}

import { type ErrorBody, type ErrorCode, errorStatus } from '../api/errors.ts';

export interface BodyProblem {
  readonly path: string;
  readonly message: string;
}

interface Options {
  readonly hint?: string | undefined;
  readonly problems?: readonly BodyProblem[] | undefined;
  readonly cause?: unknown;
}

/** An error that the caller is told about: its code decides the HTTP status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly hint: string | undefined;
  readonly problems: readonly BodyProblem[] | undefined;

  constructor(code: ErrorCode, message: string, options: Options = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = errorStatus[code];
    this.hint = options.hint;
    this.problems = options.problems;
  }

  /** The wire form of this error for one request. */
  body(requestId: string): ErrorBody {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.hint === undefined ? {} : { hint: this.hint }),
        request_id: requestId,
        ...(this.problems === undefined ? {} : { problems: [...this.problems] }),
      },
    };
  }
}

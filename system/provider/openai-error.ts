import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { errorStatus } from '../api/errors.ts';
import { ApiError } from '../runtime/api-error.ts';

type ErrorType = 'invalid_request_error' | 'server_error' | 'requests' | 'tokens' | 'insufficient_quota' | 'overloaded_error';

/** OpenAI's error envelope. */
interface OpenAiErrorBody {
  readonly error: { readonly message: string; readonly type: ErrorType; readonly param: string | null; readonly code: string | null };
}

/** An error in OpenAI's terms: `param` names the field of the request that is at fault. */
export class OpenAiError extends Error {
  override readonly name = 'OpenAiError';
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  private readonly type: ErrorType;

  /** Where no type is given, it follows from the status. */
  constructor(status: number, code: string | null, param: string | null, message: string, type?: ErrorType) {
    super(message);
    this.type = type ?? (status < 500 || status === errorStatus.not_implemented ? 'invalid_request_error' : 'server_error');
    this.status = status;
    this.param = param;
    this.code = code;
  }

  body(): OpenAiErrorBody {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

function asOpenAiError(error: unknown): OpenAiError {
  if (error instanceof OpenAiError) {
    return error;
  }
  if (error instanceof ApiError) {
    const message = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    return new OpenAiError(error.status, error.code, error.problems?.[0]?.path || null, message);
  }
  // Express and its body parser attach the status that they mean; 4xx of theirs are the caller's mistake.
  const { status, message } = error as { status?: unknown; message?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new OpenAiError(status, status === errorStatus.payload_too_large ? 'payload_too_large' : null, null, String(message));
  }
  return new OpenAiError(errorStatus.internal, null, null, 'The server met an error it did not expect.');
}

/** Turns whatever a handler threw into OpenAI's envelope; only unexpected errors are logged with their stack. */
export function respondWithOpenAiError(logger: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const known = asOpenAiError(error);
    if (known.status === errorStatus.internal) {
      logger.error({ err: error, path: request.path }, 'unexpected error');
    }
    if (response.headersSent || response.destroyed) {
      next(error);
      return;
    }
    response.status(known.status).json(known.body());
  };
}

import { type ExitReason, exitCodes } from './verdict.ts';

/** An error that a user can act on: a stable code, the actual value in the message, a hint and an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(reason: ExitReason, code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = exitCodes[reason];
  }
}

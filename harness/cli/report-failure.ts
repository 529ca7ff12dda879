import { Failure } from '../contract/failure.ts';
import { exitCodes } from '../contract/verdict.ts';

/** Tells what went wrong on stderr: one line with a stable code and the actual value, then the hint; the stack only where it is our own bug. Returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof Failure) {
    process.stderr.write(`error ${error.code}: ${error.message}\n${error.hint === undefined ? '' : `  hint: ${error.hint}\n`}`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
  process.stderr.write(`error internal: ${text}\n  hint: this is a bug of rag-testbed, please report it\n`);
  return exitCodes.internal;
}

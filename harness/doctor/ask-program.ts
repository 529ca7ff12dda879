import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from './report.ts';

const run = promisify(execFile);
const limitMs = 2000;

/** What became of a program that was asked something. */
export type ProgramAnswer = { readonly stdout: string } | { readonly failure: string } | { readonly isLate: true };

/** The first line that names an error, for a message of one line. */
function reason({ stderr = '', message }: { readonly stderr?: string; readonly message: string }): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /error/i.test(line)) ?? (lines[0] || message.split('\n')[0]) ?? message;
}

/** Runs a program that answers and ends at once. On a busy machine it may not within the time, which says nothing about it. */
export async function askProgram(program: string, parameters: readonly string[], folder?: string): Promise<ProgramAnswer> {
  try {
    const { stdout } = await run(program, parameters, { timeout: limitMs, ...(folder === undefined ? {} : { cwd: folder }) });
    return { stdout };
  } catch (error) {
    const failed = error as Error & { killed?: boolean; stderr?: string };
    return failed.killed === true ? { isLate: true } : { failure: reason(failed) };
  }
}

export const lateAnswer: Finding = { status: 'unknown', observed: `unknown: no answer within ${limitMs} ms` };

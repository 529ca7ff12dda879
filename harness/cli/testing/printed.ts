import { expect, vi } from 'vitest';
import { Failure } from '../../contract/failure.ts';
import { parseAndRun } from '../program.ts';

/** Runs a command line within this process: what it printed, and its exit code. */
export async function printed(words: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const exitCode = await parseAndRun(words);
    return {
      exitCode,
      stdout: out.mock.calls.map(([chunk]) => String(chunk)).join(''),
      stderr: progress.mock.calls.map(([chunk]) => String(chunk)).join(''),
    };
  } finally {
    out.mockRestore();
    progress.mockRestore();
  }
}

/** What a run was refused with; fails where it was not refused. */
export async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const error = await run.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

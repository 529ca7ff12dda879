import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface ChildOutput {
  /** What it wrote so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit code when it has ended and all that it wrote was read; null where a signal ended it. Rejects where it could not be started. */
  readonly ended: Promise<number | null>;
}

/** Collects what a child process writes, until it ends. */
export function outputOf(child: ChildProcessByStdio<null, Readable, Readable>): ChildOutput {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { stdout: () => stdout, stderr: () => stderr, ended };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../contract/failure.ts';
import { runVariable } from '../local/process-table.ts';

const wardenFile = fileURLToPath(new URL('./warden.ts', import.meta.url));

/** The runner's end of the warden: a process that removes the run from the engine when the runner is killed. */
export class Warden implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
    // A warden that has ended has nothing left to be told.
    child.stdin?.on('error', () => undefined);
  }

  /** @throws Failure `environment` (75) when it cannot be started. */
  static async start(runId: string, logFile: string): Promise<Warden> {
    await mkdir(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a', 0o600);
    try {
      const child = spawn(process.execPath, [wardenFile, runId], {
        stdio: ['pipe', 'ignore', log],
        detached: true,
        env: { ...process.env, [runVariable]: runId },
      });
      const failed = once(child, 'error').then(([error]) => {
        throw new Failure('environment', 'warden_not_started', `could not start ${process.execPath}: ${String(error)}`, { cause: error });
      });
      await Promise.race([once(child, 'spawn'), failed]);
      return new Warden(child);
    } finally {
      closeSync(log);
    }
  }

  /** Ends it; everything has been removed in good order. */
  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.stdin?.end('release\n');
      await ended;
    }
  }

  /** Leaves the cleaning to it, because we could not do it ourselves; it works on after the runner has ended. */
  abandon(): void {
    this.#process.stdin?.end();
    this.#process.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

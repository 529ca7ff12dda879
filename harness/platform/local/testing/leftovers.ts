import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    // The process has ended or belongs to somebody else.
    return '';
  }
}

/** A zombie has ended; only its parent has not asked yet how. */
function isZombie(pid: string): boolean {
  return /\) Z /.test(tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1')));
}

/**
 * The living processes of a run, as `pid command line`, found independently of the code under test: by the run id in their
 * environment or, for PostgreSQL's backends, which overwrite theirs, by their working directory.
 */
export function leftoversOf(runId: string, directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const environment = tryRead(() => readFileSync(`/proc/${pid}/environ`, 'latin1')).split('\0');
      const workingDirectory = tryRead(() => readlinkSync(`/proc/${pid}/cwd`));
      return (environment.includes(`RAG_TESTBED_RUN=${runId}`) || workingDirectory.startsWith(directory)) && !isZombie(pid);
    })
    .map((pid) => `${pid} ${tryRead(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')).replaceAll('\0', ' ')}`);
}

/** What is left once nothing more ends, or nothing is left; waits at most `limitMs`. */
export async function leftoversAfter(runId: string, directory: string, limitMs: number): Promise<string[]> {
  const deadlineMs = performance.now() + limitMs;
  let left = leftoversOf(runId, directory);
  while (left.length > 0 && performance.now() < deadlineMs) {
    await delay(50);
    left = leftoversOf(runId, directory);
  }
  return left;
}

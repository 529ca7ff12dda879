import { createInterface } from 'node:readline';
import { openEngine } from './engine.ts';
import { removeRun } from './removal.ts';

/**
 * Outlives the runner for a moment: when its standard input ends without the word `release`, the runner was killed, and
 * everything of the run is removed from the engine. Its argument is the id of the run.
 */
const [runId = ''] = process.argv.slice(2);
let released = false;

// Only the end of input ends the warden: a signal meant for the runner must not cut its cleaning short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
  process.on(signal, () => undefined);
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    released ||= line === 'release';
  })
  .once('close', () => {
    if (released || runId === '') {
      process.exit(0);
    }
    void (async () => {
      try {
        const { client } = await openEngine();
        await removeRun(client, { runId });
        process.exit(0);
      } catch (error) {
        process.stderr.write(`warden: ${error instanceof Error ? error.message : String(error)}\n`);
        // What is left carries its labels: the next run sweeps it.
        process.exit(1);
      }
    })();
  });

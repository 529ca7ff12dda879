import { reportFailure } from '../cli/report-failure.ts';

/**
 * Runs a benchmark as a command: `readSettings` is undefined when help was asked for, Ctrl-C aborts the signal (130), and what
 * goes wrong is told as everywhere.
 */
export async function benchCommand<Settings>(
  help: string,
  readSettings: (words: readonly string[]) => Settings | undefined,
  measure: (settings: Settings, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort(new Error('interrupted')));
  try {
    const settings = readSettings(process.argv.slice(2));
    if (settings === undefined) {
      process.stdout.write(help);
    } else {
      await measure(settings, interruption.signal);
    }
  } catch (error) {
    process.exitCode = interruption.signal.aborted ? 130 : reportFailure(error instanceof Error ? error : new Error(String(error)));
  }
}

import pino, { type Logger } from 'pino';
import type { z } from 'zod';

const configurationExitCode = 78;

/** Anything that a process opens and must close before it ends, closed in reverse order. */
export type Close = () => Promise<void> | void;

export interface ProcessContext<Settings> {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Registers what must be closed on SIGTERM. */
  readonly onClose: (close: Close) => void;
}

/** Reads settings from the environment; on any problem prints all of them, naming each variable, and exits 78. */
export function readEnvironment<T extends z.ZodType>(name: string, schema: T, environment: NodeJS.ProcessEnv = process.env): z.output<T> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) {
    return parsed.data;
  }
  for (const { path, message } of parsed.error.issues) {
    process.stderr.write(`${name}: ${path.map(String).join('.')}: ${message}\n`);
  }
  process.exit(configurationExitCode);
}

/**
 * The life of every process of the reference system: settings, start, ready, and on SIGTERM or SIGINT an orderly end.
 * A start that fails ends the process with code 1 and the error as its last line.
 */
export async function runProcess<T extends z.ZodType>(
  name: string,
  schema: T,
  start: (context: ProcessContext<z.output<T>>) => Promise<void>,
): Promise<void> {
  const settings = readEnvironment(name, schema);
  const level = (settings as { LOG_LEVEL?: string }).LOG_LEVEL ?? 'info';
  const logger = pino({ name, level, base: { name, pid: process.pid } });
  const closers: Close[] = [];
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) {
      return;
    }
    stopping = true;
    logger.info({ signal }, 'stopping');
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error }, 'could not close cleanly');
        process.exitCode = 1;
      }
    }
    process.exit();
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
  try {
    await start({ settings, logger, onClose: (close) => closers.push(close) });
  } catch (error) {
    process.stderr.write(`${name} could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}

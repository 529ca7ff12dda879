import path from 'node:path';
import pc from 'picocolors';
import { renderConsole } from '../../reports/console.ts';
import { exitCodeOf } from '../contract/verdict.ts';
import type { RunOutcome } from '../run/run.ts';
import { writeReports } from './render.ts';
import { reportFailure } from './report-failure.ts';

interface Presentation {
  readonly outputDirectory: string;
  readonly json: boolean;
  readonly strict: boolean;
  readonly interrupted: boolean;
  /** What a reader may want to run next. */
  readonly nextCommand: string;
}

const defaultColumns = 100;
const narrowestColumns = 40;

/** Some terminals say 0 columns when they do not know. */
function consoleColumns(columns: number | undefined): number {
  return columns === undefined || columns < narrowestColumns ? defaultColumns : columns;
}

/** Writes the reports of a run, prints the short table or the whole result, and gives the exit code. */
export async function presentOutcome(
  { result, failure }: RunOutcome,
  { outputDirectory, json, strict, interrupted, nextCommand }: Presentation,
): Promise<number> {
  const paths = await writeReports(result, outputDirectory);
  if (json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    const shown = (file: string) => path.relative(process.cwd(), file);
    process.stdout.write(
      renderConsole(result, {
        color: pc.isColorSupported && process.stdout.isTTY === true,
        columns: consoleColumns(process.stdout.columns),
        paths: { report: shown(paths.report), data: shown(paths.data) },
        nextCommand,
      }),
    );
  }
  if (failure !== undefined && !interrupted) {
    return reportFailure(failure);
  }
  return exitCodeOf({ verdict: result.verdict, validity: result.validity.verdict, interrupted }, strict);
}

import path from 'node:path';
import pc from 'picocolors';
import { renderConsole } from '../../reports/console.ts';
import type { ProfileId } from '../contract/common.ts';
import type { Scenario } from '../contract/scenario.ts';
import { exitCodeOf } from '../contract/verdict.ts';
import type { PlatformChoice } from '../platform/choose.ts';
import { runScenario } from '../run/run.ts';
import { newRunId } from '../run/run-folder.ts';
import { watchInterruption } from './interruption.ts';
import { progressView } from './progress.ts';
import { loadRenderers, writeReports } from './render.ts';
import { reportFailure } from './report-failure.ts';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  readonly platform: PlatformChoice;
  readonly seed: number;
  readonly variants: readonly string[];
  readonly outputDirectory: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly strict: boolean;
}

/** The words that run this again with the same decisions. */
function reproduceCommand({ scenario, profile, platform, seed, variants }: RunOptions): string {
  const all = variants.length === scenario.variants.length;
  return `npm run scenario ${scenario.id} -- --profile ${profile} --platform ${platform.id} --seed ${seed}${all ? '' : ` --variants ${variants.join(',')}`}`;
}

const defaultColumns = 100;
const narrowestColumns = 40;

/** Some terminals say 0 columns when they do not know. */
function consoleColumns(columns: number | undefined): number {
  return columns === undefined || columns < narrowestColumns ? defaultColumns : columns;
}

/** Runs a scenario, writes its reports and prints the short table; returns the exit code. */
export async function runCommand(options: RunOptions): Promise<number> {
  const { scenario, profile, platform, seed, json, quiet, strict } = options;
  const note = (text: string) => {
    if (!quiet) {
      process.stderr.write(`${text}\n`);
    }
  };
  const runId = newRunId(scenario.id, new Date());
  const outputDirectory = options.outputDirectory ?? path.resolve('out', runId);
  note(
    `${pc.bold(scenario.id)} · ${profile} · seed ${seed} · ${options.variants.length} variants × ${scenario.profiles[profile].repetitions} repetitions`,
  );
  note(pc.dim(scenario.question));
  note(pc.dim(`platform ${platform.id}: ${platform.why}`));

  await loadRenderers();
  const view = progressView(process.stderr, quiet);
  using interruption = watchInterruption((reason) => note(`${reason}: stopping, a partial report follows`));
  const { result, failure } = await runScenario({
    scenario,
    profile,
    seed,
    runId,
    variants: options.variants,
    platform,
    outputDirectory,
    command: reproduceCommand(options),
    signal: interruption.signal,
    onEvent: (event) => view.event(event),
    onSecond: (step, second) => view.second(step, second),
  });
  view.end();
  const paths = await writeReports(result, outputDirectory);
  const interrupted = interruption.signal.aborted;
  if (json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    const shown = (file: string) => path.relative(process.cwd(), file);
    process.stdout.write(
      renderConsole(result, {
        color: pc.isColorSupported && process.stdout.isTTY === true,
        columns: consoleColumns(process.stdout.columns),
        paths: { report: shown(paths.report), data: shown(paths.data) },
        nextCommand: `npm run -s scenario -- explain ${scenario.id}`,
      }),
    );
  }
  if (failure !== undefined && !interrupted) {
    return reportFailure(failure);
  }
  return exitCodeOf({ verdict: result.verdict, validity: result.validity.verdict, interrupted }, strict);
}

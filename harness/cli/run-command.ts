import path from 'node:path';
import pc from 'picocolors';
import { renderConsole } from '../../reports/console.ts';
import type { ProfileId } from '../contract/common.ts';
import { Failure } from '../contract/failure.ts';
import type { Scenario } from '../contract/scenario.ts';
import { exitCodeOf } from '../contract/verdict.ts';
import { choosePlatform } from '../platform/choose.ts';
import type { NamedImages } from '../platform/docker/choose-images.ts';
import { possibleVariants } from '../run/possible-variants.ts';
import { runScenario } from '../run/run.ts';
import { newRunId } from '../run/run-folder.ts';
import { scenarioForProfile } from '../run/scenario-for-profile.ts';
import { type AskedQuota, scenarioWithQuota } from './asked-quota.ts';
import { watchInterruption } from './interruption.ts';
import { progressView } from './progress.ts';
import { loadRenderers, writeReports } from './render.ts';
import { reportFailure } from './report-failure.ts';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  /** As the user named it. */
  readonly platform: string;
  readonly images: NamedImages;
  /** Instead of what the topologies say. */
  readonly quota: AskedQuota;
  readonly seed: number;
  /** Instead of the warm-up that the pilots show. */
  readonly warmUpSeconds: number | undefined;
  /** Generator processes. */
  readonly workers: number;
  readonly variants: readonly string[];
  readonly variantsWereNamed: boolean;
  readonly outputDirectory: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly strict: boolean;
}

/** The words that run this again with the same decisions. */
function reproduceCommand(
  { scenario, profile, seed, workers, images, quota, variants, variantsWereNamed }: RunOptions,
  platform: string,
): string {
  const words = [
    `npm run scenario ${scenario.id} -- --profile ${profile} --platform ${platform} --seed ${seed}`,
    ...(workers === 1 ? [] : [`--workers ${workers}`]),
    ...(variantsWereNamed ? [`--variants ${variants.join(',')}`] : []),
    ...(quota.cpus === undefined ? [] : [`--cpus ${quota.cpus}`]),
    ...(quota.memoryMiB === undefined ? [] : [`--memory ${quota.memoryMiB}`]),
    ...Object.entries(images).map(([role, name]) => `--${role}-image ${name}`),
  ];
  return words.join(' ');
}

/** The scenario at the size of its profile, with the quota that the user asked for; only containers have one. */
function scenarioToRun({ scenario, quota, profile }: RunOptions, platform: string): Scenario {
  if (platform !== 'docker' && (quota.cpus !== undefined || quota.memoryMiB !== undefined)) {
    throw new Failure(
      'usage',
      'quota_not_enforced',
      `--cpus and --memory mean nothing on the ${platform} platform, whose processes share the machine`,
      {
        hint: 'add --platform docker',
      },
    );
  }
  return scenarioForProfile(scenarioWithQuota(scenario, quota), profile);
}

const defaultColumns = 100;
const narrowestColumns = 40;

/** Some terminals say 0 columns when they do not know. */
function consoleColumns(columns: number | undefined): number {
  return columns === undefined || columns < narrowestColumns ? defaultColumns : columns;
}

/** Runs a scenario, writes its reports and prints the short table; returns the exit code. */
export async function runCommand(options: RunOptions): Promise<number> {
  const { profile, seed, workers, json, quiet, strict } = options;
  const note = (text: string) => {
    if (!quiet) {
      process.stderr.write(`${text}\n`);
    }
  };
  const platform = await choosePlatform({
    requested: options.platform,
    images: options.images,
    topologies: options.scenario.variants.filter(({ id }) => options.variants.includes(id)).map(({ topology }) => topology),
  });
  const { id: platformId, why } = platform.description;
  const scenario = scenarioToRun(options, platformId);
  const { possible, leftOut } = possibleVariants(
    scenario,
    { chosen: options.variants, asked: options.variantsWereNamed },
    platform.capabilities,
  );
  const runId = newRunId(scenario.id, new Date());
  const outputDirectory = options.outputDirectory ?? path.resolve('out', runId);
  note(
    `${pc.bold(scenario.id)} · ${profile} · seed ${seed} · ${possible.length} variants × ${scenario.profiles[profile].repetitions} repetitions`,
  );
  note(pc.dim(scenario.question));
  note(pc.dim(`platform ${platformId}: ${why}`));
  for (const { variant, why: reason } of leftOut) {
    note(pc.dim(`left out: ${variant}, because ${reason}`));
  }

  await loadRenderers();
  const view = progressView(process.stderr, quiet);
  using interruption = watchInterruption((reason) => note(`${reason}: stopping, a partial report follows`));
  const { result, failure } = await runScenario({
    scenario,
    profile,
    seed,
    workers,
    ...(options.warmUpSeconds === undefined ? {} : { warmUpSeconds: options.warmUpSeconds }),
    runId,
    variants: possible,
    leftOut,
    platform,
    outputDirectory,
    command: reproduceCommand(options, platformId),
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

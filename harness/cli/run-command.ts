import path from 'node:path';
import pc from 'picocolors';
import { Failure } from '../contract/failure.ts';
import { isSimulated, type Scenario } from '../contract/scenario.ts';
import { choosePlatform } from '../platform/choose.ts';
import { possibleVariants } from '../run/possible-variants.ts';
import { runScenario } from '../run/run.ts';
import { newRunId } from '../run/run-folder.ts';
import { scenarioForProfile } from '../run/scenario-for-profile.ts';
import { scenarioWithQuota } from './asked-quota.ts';
import { watchInterruption } from './interruption.ts';
import { presentOutcome } from './present-outcome.ts';
import { progressView } from './progress.ts';
import { loadRenderers } from './render.ts';
import type { RunOptions } from './run-options.ts';
import { runSimulatedCommand } from './run-simulated-command.ts';

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

/** Runs a scenario, writes its reports and prints the short table; returns the exit code. One that is simulated needs no platform. */
export async function runCommand(options: RunOptions): Promise<number> {
  if (isSimulated(options.scenario)) {
    return runSimulatedCommand(options);
  }
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
  return presentOutcome(
    { result, ...(failure === undefined ? {} : { failure }) },
    {
      outputDirectory,
      json,
      strict,
      interrupted: interruption.signal.aborted,
      nextCommand: `npm run -s scenario -- explain ${scenario.id}`,
    },
  );
}

import path from 'node:path';
import pc from 'picocolors';
import { Failure } from '../contract/failure.ts';
import { newRunId } from '../run/run-folder.ts';
import { runSimulated } from '../run/simulated/run-simulated.ts';
import { watchInterruption } from './interruption.ts';
import { presentOutcome } from './present-outcome.ts';
import { progressView } from './progress.ts';
import { loadRenderers } from './render.ts';
import type { RunOptions } from './run-options.ts';

/** The platforms that a simulated scenario may be asked for: it needs none. */
const requestable = ['auto', 'simulated'] as const;

function requestedOf({ platform, scenario }: RunOptions): (typeof requestable)[number] {
  const requested = requestable.find((each) => each === platform);
  if (requested === undefined) {
    throw new Failure(
      'usage',
      'scenario_is_simulated',
      `${scenario.id} is simulated in virtual time, and --platform ${platform} would start something`,
      {
        hint: `leave --platform out, or say one of ${requestable.join(', ')}`,
      },
    );
  }
  return requested;
}

/** Flags that are about processes; one that would be ignored is refused. */
function refuseFlagsOfProcesses({ scenario, images, quota, workers, warmUpSeconds }: RunOptions): void {
  const given = [
    ...Object.keys(images).map((role) => `--${role}-image`),
    ...(quota.cpus === undefined ? [] : ['--cpus']),
    ...(quota.memoryMiB === undefined ? [] : ['--memory']),
    ...(workers === 1 ? [] : ['--workers']),
    ...(warmUpSeconds === undefined ? [] : ['--warm-up']),
  ];
  if (given.length > 0) {
    throw new Failure('usage', 'flag_without_meaning', `${given.join(' and ')} mean nothing to ${scenario.id}, which is simulated`, {
      hint: 'leave them out: no process is started',
    });
  }
}

/** Runs a scenario in virtual time, writes its reports and prints the short table; returns the exit code. */
export async function runSimulatedCommand(options: RunOptions): Promise<number> {
  const { scenario, profile, seed, variants, variantsWereNamed, json, quiet, strict } = options;
  const requested = requestedOf(options);
  refuseFlagsOfProcesses(options);
  const note = (text: string) => {
    if (!quiet) {
      process.stderr.write(`${text}\n`);
    }
  };
  const runId = newRunId(scenario.id, new Date());
  const outputDirectory = options.outputDirectory ?? path.resolve('out', runId);
  note(
    `${pc.bold(scenario.id)} · ${profile} · seed ${seed} · ${variants.length} simulated variants × ${scenario.profiles[profile].repetitions} replications`,
  );
  note(pc.dim(scenario.question));
  note(pc.dim('nothing is started: every variant is simulated in virtual time'));
  await loadRenderers();
  const view = progressView(process.stderr, quiet);
  using interruption = watchInterruption((reason) => note(`${reason}: stopping after this replication, a partial report follows`));
  const outcome = await runSimulated({
    scenario,
    profile,
    seed,
    runId,
    variants,
    requested,
    outputDirectory,
    command: `npm run scenario ${scenario.id} -- --profile ${profile} --seed ${seed}${variantsWereNamed ? ` --variants ${variants.join(',')}` : ''}`,
    signal: interruption.signal,
    onEvent: (event) => view.event(event),
  });
  view.end();
  return presentOutcome(outcome, {
    outputDirectory,
    json,
    strict,
    interrupted: interruption.signal.aborted,
    nextCommand: `npm run -s scenario -- explain ${scenario.id}`,
  });
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { profileOf, type SeriesChoice } from '../arrivals/rate-series/rate-series.ts';
import { readRateSeries } from '../arrivals/rate-series/read-rate-series.ts';
import type { MetricSources } from '../autoscaling/rules/observed-metric.ts';
import type { StaticFinding } from '../autoscaling/static-checks.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import type { Scenario } from '../contract/scenario.ts';
import type { SimulatedSystem } from '../contract/simulation.ts';
import { newRunId } from '../run/run-folder.ts';
import { runSimulated } from '../run/simulated/run-simulated.ts';
import {
  boundsOf,
  isRuleName,
  mustBeNamed,
  type ReadRule,
  readAutoscalerRule,
  readRule,
  ruleNamed,
  ruleNames,
} from '../run/simulated/user/rules.ts';
import { readServiceTimes } from '../run/simulated/user/service-times.ts';
import { idOf, type UserGoal, type UserRule, userScenario } from '../run/simulated/user/user-scenario.ts';
import { staticFindingsOf } from '../simulation/static-findings.ts';
import { type ReplicaCapacity, replicaCapacity } from '../simulation/variant/capacity.ts';
import { watchInterruption } from './interruption.ts';
import { presentOutcome } from './present-outcome.ts';
import { progressView } from './progress.ts';
import { loadRenderers } from './render.ts';
import { commandLine } from './shell-words.ts';

/** What is assumed where nothing was measured; also the template of a profile. */
export const assumedServiceTimes = fileURLToPath(new URL('../../fixtures/service-times/assumed.yaml', import.meta.url));

export interface SimulateScalingOptions {
  /** Files, as the user named them. */
  readonly autoscaler: string;
  readonly load: string;
  readonly serviceTimes: string | undefined;
  /** Files, or names of rules. */
  readonly against: readonly string[];
  readonly metricSources: MetricSources;
  readonly choice: SeriesChoice;
  readonly scale: number;
  readonly goal: UserGoal;
  /** In place of those of the service times. */
  readonly requests: { readonly cpuMillicores: number | undefined; readonly memoryBytes: number | undefined };
  readonly initialReplicas: number | undefined;
  readonly costPerReplicaHour: number | undefined;
  readonly replications: number;
  readonly seed: number;
  /** Absolute; `out/<run id>` where absent. */
  readonly outputDirectory: string | undefined;
  readonly strict: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('usage', 'no_file', `${file} cannot be read: ${(cause as Error).message}`, {
      hint: 'name a file that is there',
      cause,
    });
  }
}

const nameOf = (file: string, otherwise: string) => idOf(path.parse(file).name, otherwise);

/** The profile with what the flags say of its pods. */
async function systemOf({ serviceTimes, requests }: SimulateScalingOptions): Promise<SimulatedSystem> {
  const file = serviceTimes ?? assumedServiceTimes;
  const system = readServiceTimes(await textOf(file), file);
  const { cpuMillicores, memoryBytes } = system.query.requests;
  return {
    ...system,
    query: {
      ...system.query,
      requests: { cpuMillicores: requests.cpuMillicores ?? cpuMillicores, memoryBytes: requests.memoryBytes ?? memoryBytes },
    },
  };
}

/** A word of `--against` that is no rule: a file, unless it looks like the slip of a name. */
async function againstText(word: string): Promise<string> {
  try {
    return await readFile(word, 'utf8');
  } catch (cause) {
    const suggestion = nearest(word, ruleNames);
    throw new Failure('usage', 'unknown_rule', `--against ${word} is neither a rule nor a file: ${(cause as Error).message}`, {
      hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}rules: ${ruleNames.join(', ')}`,
      cause,
    });
  }
}

/** The file of each further autoscaler is read before anything is searched for, so that all that is wrong is met at once. */
async function againstFiles({ against, metricSources }: SimulateScalingOptions): Promise<Map<string, ReadRule>> {
  const files = [...new Set(against)].filter((word) => !isRuleName(word));
  return new Map(await Promise.all(files.map(async (file) => [file, readRule(await againstText(file), file, metricSources)] as const)));
}

/** What one replica serves within the goal. The simulation asks for the same again, and has it at once. */
async function capacityOf(system: SimulatedSystem, { goal, seed }: SimulateScalingOptions, signal: AbortSignal): Promise<ReplicaCapacity> {
  try {
    return await replicaCapacity(system, goal, seed, signal);
  } catch (cause) {
    if (signal.aborted) {
      throw new Failure('interrupted', 'interrupted', 'the simulation was interrupted before it had begun', { cause });
    }
    throw cause;
  }
}

/** Composes the scenario of all that was read. */
async function composed(
  options: SimulateScalingOptions,
  signal: AbortSignal,
): Promise<{ readonly scenario: Scenario; readonly notes: string[] }> {
  const { autoscaler, load, metricSources, choice, scale, goal, replications, costPerReplicaHour } = options;
  const own = readAutoscalerRule(await textOf(autoscaler), autoscaler, metricSources);
  const series = readRateSeries(await textOf(load), load, choice);
  const system = await systemOf(options);
  const files = await againstFiles(options);
  mustBeNamed(metricSources, [own, ...files.values()]);

  const bounds = boundsOf(own.settings);
  const initialReplicas = options.initialReplicas ?? bounds.minReplicas;
  // Searched for before anything is written: a goal that no number of replicas keeps is met here.
  const { ratePerSecond: capacityPerReplicaPerSecond } = await capacityOf(system, options, signal);
  const rules = options.against.map((word): UserRule => {
    if (!isRuleName(word)) {
      const { title, settings } = files.get(word) as ReadRule;
      return { name: nameOf(word, 'rule'), title: `${title} (${path.basename(word)})`, settings };
    }
    const settings = ruleNamed(word, {
      bounds,
      initialReplicas,
      goal,
      concurrency: system.query.concurrency,
      capacityPerReplicaPerSecond,
    });
    return { name: word, title: word, settings };
  });
  const { profile, seconds, samplesPerStep } = profileOf(series, scale);
  const scenario = userScenario({
    rules: [
      { name: nameOf(autoscaler, 'autoscaler'), title: `${own.title} (${path.basename(autoscaler)})`, settings: own.settings },
      ...rules,
    ],
    system,
    load: { title: path.parse(load).name.slice(0, 40) || 'load', arrivals: 'poisson', profile },
    seconds,
    goal,
    initialReplicas,
    replications,
    costPerReplicaHour,
  });
  const notes = [
    `load: ${path.basename(load)}, ${series.origin}, ${series.points.length} samples ${series.intervalSeconds} s apart${scale === 1 ? '' : `, times ${scale}`}${samplesPerStep === 1 ? '' : `; each step is the mean of ${samplesPerStep} samples`}; arrivals are Poisson within each step`,
    ...(system.source.kind === 'assumed'
      ? [
          `service times are ASSUMED, nothing was measured: ${system.source.text}${options.serviceTimes === undefined ? '; --service-times FILE brings your own' : ''}`,
        ]
      : [`service times: measured, ${system.source.text}`]),
  ];
  return { scenario, notes };
}

interface Found {
  readonly variant: string;
  readonly findings: readonly StaticFinding[];
}

/** What contradicts itself, by variant, before anything is simulated. */
function checked({ variants }: Scenario): Found[] {
  return variants
    .map(({ id, simulated }) => ({ variant: id, findings: simulated === undefined ? [] : staticFindingsOf(simulated) }))
    .filter(({ findings }) => findings.length > 0);
}

function findingsText(found: readonly Found[]): string {
  if (found.length === 0) {
    return 'static checks: nothing contradicts itself\n';
  }
  return found
    .map(({ variant, findings }) => {
      const lines = findings.map(
        ({ check, path: place, message, hint }) => `  ${pc.yellow('!')} ${place} ${message}  [${check}]\n    ${pc.dim(hint)}\n`,
      );
      return `static checks of ${variant}: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}\n${lines.join('')}`;
    })
    .join('');
}

/** The words that do this again with the same decisions, those included that nobody made. */
export function reproduceWords(options: SimulateScalingOptions, scenario: Scenario): string[] {
  const { autoscaler, load, serviceTimes, against, metricSources, choice, scale, goal, costPerReplicaHour, replications, seed, strict } =
    options;
  const simulated = scenario.variants[0]?.simulated;
  const requests = simulated?.system.query.requests;
  const flag = (name: string, value: string | number | undefined) => (value === undefined ? [] : [name, String(value)]);
  return [
    'simulate',
    'scaling',
    ...flag('--autoscaler', autoscaler),
    ...flag('--load', load),
    ...flag('--service-times', serviceTimes),
    ...against.flatMap((word) => ['--against', word]),
    ...Object.entries(metricSources).flatMap(([name, figure]) => ['--metric', `${name}=${figure}`]),
    ...flag('--series', choice.series),
    ...(choice.sum === true ? ['--sum'] : []),
    ...flag('--scale', scale),
    ...flag('--goal', `p${goal.percentile}=${goal.responseMs}ms`),
    ...flag('--errors', goal.errorShare),
    ...flag('--cpu-request', requests && `${requests.cpuMillicores}m`),
    ...flag('--memory-request', requests?.memoryBytes),
    ...flag('--initial-replicas', simulated?.initialReplicas),
    ...flag('--cost-per-replica-hour', costPerReplicaHour),
    ...flag('--replications', replications),
    ...flag('--seed', seed),
    ...(strict ? ['--strict'] : []),
  ];
}

/**
 * Simulates an autoscaler under a load, both the user's own, beside the bounds and whatever it is to be compared with; writes the
 * reports and prints the table, the static checks first. Returns the exit code. Throws `Failure`: a file that is not there (64), one
 * that cannot be used or, under `strict`, an autoscaler that contradicts itself (78), a load of nothing (97).
 */
export async function simulateScaling(options: SimulateScalingOptions): Promise<number> {
  const { json, quiet, strict, seed } = options;
  const note = (text: string) => void (quiet || process.stderr.write(`${text}\n`));
  using interruption = watchInterruption((reason) => note(`${reason}: stopping, a partial report follows`));
  const { scenario, notes } = await composed(options, interruption.signal);
  const found = checked(scenario);
  for (const line of notes) {
    note(line);
  }
  if (json) {
    note(findingsText(found).trimEnd());
  } else {
    process.stdout.write(findingsText(found));
  }
  if (strict && found.length > 0) {
    const count = found.reduce((sum, { findings }) => sum + findings.length, 0);
    throw new Failure('configuration', 'static_findings', `the static checks found ${count} contradictions, and nothing was simulated`, {
      hint: 'mend what is named above, or leave out --strict to see what comes of it',
    });
  }
  const runId = newRunId(scenario.id, new Date());
  const outputDirectory = options.outputDirectory ?? path.resolve('out', runId);
  await loadRenderers();
  const view = progressView(process.stderr, quiet);
  const outcome = await runSimulated({
    scenario,
    profile: 'quick',
    seed,
    runId,
    variants: scenario.variants.map(({ id }) => id),
    requested: 'simulated',
    outputDirectory,
    command: `npm run -s scenario -- ${commandLine(reproduceWords(options, scenario))}`,
    signal: interruption.signal,
    onEvent: (event) => view.event(event),
  }).finally(() => view.end());
  return presentOutcome(outcome, {
    outputDirectory,
    json,
    strict,
    interrupted: interruption.signal.aborted,
    nextCommand: 'npm run -s scenario -- simulate scaling --help',
  });
}

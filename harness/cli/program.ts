import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { scenarios } from '../../scenarios/index.ts';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';
import { type Scenario, scenarioSchema, variantsIn } from '../contract/scenario.ts';
import { exitCodes } from '../contract/verdict.ts';
import { requestedPlatforms } from '../platform/choose.ts';
import { readClaims } from '../run/claims-file.ts';
import { addCheckCommands } from './check.ts';
import { claimsJson, claimsText, listedClaims } from './claims.ts';
import { explainScenario, listScenarios } from './describe.ts';
import { type DoctorFlags, doctorCommand, doctorHelp } from './doctor.ts';
import { exportCompose } from './export-command.ts';
import { numberOfWorkers, numberWithin, oneOf, portNumber, portsByPart, seed, unknownName } from './flag-values.ts';
import { renderAgain } from './render.ts';
import { runCommand } from './run-command.ts';
import { schemaText } from './schema.ts';
import { addSimulateCommands } from './simulate.ts';
import { refuseStray } from './stray.ts';
import { namedImages, type SystemFlags, withSystemFlags } from './system-flags.ts';

/** The scenario of that name, validated; unknown names are exit 64 with the nearest one. */
function scenarioNamed(name: string): Scenario {
  const found = scenarios.find(({ id }) => id === name);
  if (found === undefined) {
    throw unknownName(
      'scenario',
      name,
      scenarios.map(({ id }) => id),
    );
  }
  return parseOrFail(scenarioSchema, found, `scenario "${name}"`);
}

function variantsOf(scenario: Scenario, chosen: readonly string[] | undefined, profile: SystemFlags['profile']): string[] {
  const known = scenario.variants.map(({ id }) => id);
  for (const name of chosen ?? []) {
    if (!known.includes(name)) {
      throw unknownName('variant', name, known);
    }
  }
  return chosen === undefined ? variantsIn(scenario, profile) : known.filter((id) => chosen.includes(id));
}

interface RunFlags extends SystemFlags {
  platform: string;
  out?: string;
  workers: number;
  warmUp?: number;
  variants?: string[];
  json?: boolean;
  quiet?: boolean;
  strict?: boolean;
}

interface ExportFlags extends SystemFlags {
  gatewayPort: number;
  publish?: Record<string, number>;
  out?: string;
  force?: boolean;
}

function addRunCommand(root: Command, setExit: (code: number) => void): void {
  withSystemFlags(root.command('run <scenario> [stray...]', { isDefault: true }))
    .description('start the reference system, measure it, and write a report (the default command)')
    .option('--platform <name>', `where it runs: ${requestedPlatforms.join(', ')}`, 'auto')
    .option('--out <folder>', 'an empty or new folder for the results (default: out/<run id>)')
    .addOption(new Option('--variants <ids>', 'measure only these, separated by commas').argParser((text: string) => text.split(',')))
    .option(
      '--warm-up <seconds>',
      'of every judged repetition, instead of what the pilots show; reproduce lines carry it',
      numberWithin(0, 86_400, 'seconds'),
    )
    .option('--workers <number>', 'generator processes among which the load is divided', numberOfWorkers, 1)
    .option('--json', 'print result.json on stdout instead of the table')
    .option('--quiet', 'no progress on stderr')
    .option('--strict', 'exit 97 when anything is undecided')
    .action(async (name: string, stray: string[], flags: RunFlags) => {
      refuseStray(stray);
      const scenario = scenarioNamed(name);
      setExit(
        await runCommand({
          scenario,
          profile: flags.profile,
          platform: flags.platform,
          images: namedImages(flags),
          quota: { cpus: flags.cpus, memoryMiB: flags.memory },
          seed: flags.seed,
          workers: flags.workers,
          warmUpSeconds: flags.warmUp,
          variants: variantsOf(scenario, flags.variants, flags.profile),
          variantsWereNamed: flags.variants !== undefined,
          outputDirectory: flags.out === undefined ? undefined : path.resolve(flags.out),
          json: flags.json === true,
          quiet: flags.quiet === true,
          strict: flags.strict === true,
        }),
      );
    });
}

function addExportCommands(root: Command, words: readonly string[]): void {
  const exported = root
    .command('export')
    .description('write files that start a variant elsewhere')
    .helpCommand(false)
    .argument('[format]')
    .argument('[stray...]')
    .action((format: string | undefined) => {
      const known = ['compose'];
      throw format === undefined
        ? new Failure('usage', 'missing_format', 'no format was named', { hint: `known: ${known.join(', ')}` })
        : unknownName('format', format, known);
    });
  withSystemFlags(exported.command('compose <scenario> <variant>'))
    .description('a Compose file with health checks and quotas, on stdout; the API keys are told on stderr')
    .option('--out <file>', 'write this file instead')
    .option('--force', 'replace the file if it is there')
    .option('--gateway-port <port>', 'of the gateway on 127.0.0.1', portNumber, 8080)
    .option('--publish <part=port,...>', 'further ports on 127.0.0.1, such as vector-0=6333', portsByPart)
    .action(async (name: string, variant: string, flags: ExportFlags) => {
      const scenario = scenarioNamed(name);
      const [variantId = variant] = variantsOf(scenario, [variant], flags.profile);
      await exportCompose({
        scenario,
        variant: variantId,
        profile: flags.profile,
        seed: flags.seed,
        images: namedImages(flags),
        quota: { cpus: flags.cpus, memoryMiB: flags.memory },
        gatewayPort: flags.gatewayPort,
        publish: flags.publish ?? {},
        outputFile: flags.out === undefined ? undefined : path.resolve(flags.out),
        mayOverwrite: flags.force === true,
        words: words.slice(2),
      });
    });
}

function program(words: readonly string[], setExit: (code: number) => void): Command {
  const root = new Command('npm run scenario')
    .description('Find out before production what sharding, caching, autoscaling and failover will do to a RAG service.')
    .usage(
      '<scenario> -- [flags]   |   list   |   explain <scenario>   |   doctor   |   claims   |   report <folder>   |   export compose <scenario> <variant>   |   simulate cache | scaling | calibration   |   check hpa   |   schema',
    )
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  addRunCommand(root, setExit);
  root
    .command('list')
    .description('all scenarios with their questions')
    .option('--json', 'one JSON document')
    .action((flags: { json?: boolean }) => void process.stdout.write(listScenarios(scenarios, flags.json === true)));
  root
    .command('explain <scenario>')
    .description('what a scenario asks, measures and judges, without running it')
    .action((name: string) => void process.stdout.write(explainScenario(scenarioNamed(name))));
  root
    .command('report <folder>')
    .description('render report.html, summary.md and percentiles.svg again from the folder’s result.json')
    .action(async (folder: string) => void process.stdout.write(await renderAgain(path.resolve(folder))));
  addExportCommands(root, words);
  root
    .command('doctor [stray...]')
    .description('what this machine could run now, and the command that mends each lack')
    .addOption(
      new Option('--platform <name>', `where a run should be possible: ${requestedPlatforms.join(', ')}`)
        .argParser(oneOf('platform', requestedPlatforms))
        .default('auto'),
    )
    .option('--json', 'one JSON document, see schema')
    .addHelpText('after', doctorHelp)
    .action(async (stray: string[], flags: DoctorFlags) => {
      refuseStray(stray);
      setExit(await doctorCommand(flags, scenarios));
    });
  root
    .command('claims [stray...]')
    .description('every claim of the source material with the scenario that judges it')
    .option('--scenario <name>', 'only the claims of this scenario, which may be one that does not exist yet')
    .option('--json', 'one JSON document')
    .action(async (stray: string[], flags: { scenario?: string; json?: boolean }) => {
      refuseStray(stray);
      const claims = await readClaims();
      const named = [...new Set(claims.map((claim) => claim.scenario))];
      if (flags.scenario !== undefined && !named.includes(flags.scenario)) {
        throw unknownName('scenario', flags.scenario, named);
      }
      const listed = listedClaims(claims, { scenario: flags.scenario, existing: scenarios.map(({ id }) => id) });
      process.stdout.write(flags.json === true ? claimsJson(listed) : claimsText(listed));
    });
  addSimulateCommands(root, seed, words, setExit);
  addCheckCommands(root, setExit);
  root
    .command('schema')
    .description('JSON Schema of everything that is read or written')
    .action(() => void process.stdout.write(schemaText()));
  return root;
}

/** Runs the command line and returns the exit code; failures that the user can mend are thrown as `Failure`. */
export async function parseAndRun(words: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.passed;
  const root = program(words, (code) => {
    exitCode = code;
  });
  if (words.length === 0) {
    throw new Failure('usage', 'missing_scenario', 'no scenario was named', {
      hint: `known: ${scenarios.map(({ id }) => id).join(', ')}; npm run scenario -- --help tells more`,
    });
  }
  try {
    await root.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.exitCode === 0) {
      return exitCodes.passed;
    }
    const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
    throw new Failure(
      'usage',
      error.code.replace('commander.', '').replaceAll(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`),
      message,
      {
        hint: hint?.replaceAll(/[()]/g, '') ?? 'npm run scenario -- --help lists commands and flags',
        cause: error,
      },
    );
  }
  return exitCode;
}

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { parseOrFail } from '../contract/parse.ts';
import { resultSchema } from '../contract/result.ts';
import { exitCodes } from '../contract/verdict.ts';
import { calibrate } from '../simulation/calibration/calibrate.ts';
import { calibrationText } from './calibration-text.ts';
import { readResult } from './render.ts';
import { refuseStray } from './stray.ts';

interface CalibrationFlags {
  result: string;
  variant?: string;
  at?: number;
  windows: number;
  seed: number;
  json?: boolean;
}

const mostWindows = 1000;

function rate(word: string): number {
  const value = Number(word);
  if (!(Number.isFinite(value) && value > 0)) {
    throw new InvalidArgumentError(`"${word}" is no rate in requests per second such as 80.`);
  }
  return value;
}

function windows(word: string): number {
  const value = Number(word);
  if (!(Number.isSafeInteger(value) && value >= 1 && value <= mostWindows)) {
    throw new InvalidArgumentError(`"${word}" is no whole number from 1 to ${mostWindows}.`);
  }
  return value;
}

/** `result.json` itself, or the folder of a run that has it. */
async function resultIn(place: string): Promise<string> {
  const found = await stat(place).catch(() => undefined);
  return found?.isDirectory() === true ? path.join(place, 'result.json') : place;
}

/** `simulate calibration`: models of a measured system, fitted to one rung of its ladder, predict the others. */
export function addCalibrationCommand(simulate: Command, seed: (word: string) => number, setExit: (code: number) => void): void {
  simulate
    .command('calibration [stray...]')
    .description('fit models to one rung of a measured ladder and predict the others: errors beside run-to-run variation')
    .requiredOption('--result <file>', 'result.json of a run of single-vs-sharded, or the folder of that run')
    .option('--variant <id>', 'of the variants of that run (default: its baseline)')
    .option('--at <rate>', 'requests per second of the rung that calibrates (default: the lowest)', rate)
    .option('--windows <number>', 'simulated windows per rate, each as long as what was measured there', windows, 20)
    .option('--seed <number>', 'of the first window', seed, 1)
    .option('--json', 'print one document on stdout instead of the table')
    .action(async (stray: string[], flags: CalibrationFlags) => {
      refuseStray(stray, 'npm run -s scenario -- simulate calibration --result FILE');
      const file = await resultIn(flags.result);
      const calibration = calibrate(parseOrFail(resultSchema, await readResult(file), file), {
        seed: flags.seed,
        windows: flags.windows,
        ...(flags.variant === undefined ? {} : { variant: flags.variant }),
        ...(flags.at === undefined ? {} : { ratePerSecond: flags.at }),
      });
      process.stdout.write(flags.json === true ? `${JSON.stringify(calibration, null, 2)}\n` : calibrationText(calibration));
      setExit(exitCodes.passed);
    });
}

import type { Command } from 'commander';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import { addCacheCommand } from './simulate-cache-command.ts';
import { addCalibrationCommand } from './simulate-calibration.ts';
import { addScalingCommand } from './simulate-scaling-command.ts';

/** `simulate`, whose commands replay the rules of the system without the system. To add one: a file beside, and its line here. */
export function addSimulateCommands(
  root: Command,
  seed: (word: string) => number,
  words: readonly string[],
  setExit: (code: number) => void,
): void {
  const simulate: Command = root
    .command('simulate')
    .description('replay the rules of the system without the system')
    .helpCommand(false)
    .argument('[what]')
    .argument('[stray...]')
    .action((what: string | undefined) => {
      const known = simulate.commands.map((command) => command.name());
      const suggestion = nearest(what ?? '', known);
      throw new Failure(
        'usage',
        what === undefined ? 'missing_simulation' : 'unknown_simulation',
        what === undefined ? 'nothing was named to simulate' : `unknown simulation "${what}"`,
        { hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${known.join(', ')}` },
      );
    });
  addCacheCommand(simulate, seed, words, setExit);
  addScalingCommand(simulate, seed, setExit);
  addCalibrationCommand(simulate, seed, setExit);
}

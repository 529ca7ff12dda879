import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import { exitCodes } from '../contract/verdict.ts';
import { type ImageRole, imageRoles } from '../platform/docker/images/names.ts';
import type { PreparedImage, PreparedImages } from '../platform/docker/images/prepare-images.ts';
import { watchInterruption } from './interruption.ts';
import { reportFailure } from './report-failure.ts';

interface Flags {
  readonly standIns?: boolean;
  readonly only?: readonly ImageRole[];
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Roles separated by commas; unknown ones are exit 64 with the nearest one. */
function rolesIn(text: string): ImageRole[] {
  return text.split(',').map((word) => {
    const role = imageRoles.find((candidate) => candidate === word.trim());
    if (role === undefined) {
      const suggestion = nearest(word, imageRoles);
      throw new Failure('usage', 'unknown_role', `unknown image "${word}"`, {
        hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${imageRoles.join(', ')}`,
      });
    }
    return role;
  });
}

/** commander's `commander.unknownOption` as `unknown_option`. */
function failureCode({ code }: CommanderError): string {
  return code.replace('commander.', '').replaceAll(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The flags in `words`; `undefined` when only help was asked for, which has been printed then. */
export function parseImagesFlags(words: readonly string[]): Flags | undefined {
  const command = new Command('npm run images')
    .description(
      'Builds the system image and pulls the engines that the Docker platform runs; where no registry answers, builds stand-ins from this machine’s programs.',
    )
    .usage('[-- flags]')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(true)
    .option('--stand-ins', 'ask no registry, build stand-ins')
    .addOption(new Option('--only <images>', `these only, separated by commas: ${imageRoles.join(', ')}`).argParser(rolesIn))
    .option('--force', 'build again what is up to date')
    .option('--json', 'print the result as JSON on stdout');
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.exitCode === 0) {
      return undefined;
    }
    const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
    throw new Failure('usage', failureCode(error), message, {
      hint: hint?.replaceAll(/[()]/g, '') ?? 'npm run images -- --help lists the flags',
      cause: error,
    });
  }
  if (command.args.length > 0) {
    throw new Failure('usage', 'unexpected_argument', `unexpected argument "${command.args.join(' ')}"`, {
      hint: 'flags follow a lone --, as in: npm run images -- --only redis',
    });
  }
  return command.opts<Flags>();
}

const bytesPerMegabyte = 1e6;

function row({ role, image, standIn, engine, engineVersion, sizeBytes, outcome, elapsedMs }: PreparedImage): string[] {
  const took = outcome === 'kept' ? 'up to date' : `${outcome} in ${(elapsedMs / 1000).toFixed(1)} s`;
  return [role, image, `${engine} ${engineVersion}${standIn ? ' (stand-in)' : ''}`, `${Math.round(sizeBytes / bytesPerMegabyte)} MB`, took];
}

/** One line for each image, in columns. */
export function imagesTable(images: readonly PreparedImage[]): string {
  const rows = images.map(row);
  const widths = rows.reduce<number[]>((widest, cells) => cells.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)), []);
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The result for machines. */
export function imagesJson({ images, failed }: PreparedImages): string {
  const problems = failed.map(({ role, failure: { code, message, hint } }) => ({ role, code, message, hint }));
  return `${JSON.stringify({ images, failed: problems }, null, 2)}\n`;
}

interface ProgressLines {
  readonly tell: (line: string) => void;
  readonly detail: (line: string) => void;
  readonly end: () => void;
}

/** What the engine says is drawn over itself on a terminal and left out elsewhere: it is hundreds of lines. */
function progressLines(stream: NodeJS.WriteStream): ProgressLines {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  const clear = live ? '\r\u001b[2K' : '';
  return {
    tell: (line) => void stream.write(`${clear}${line}\n`),
    detail: (line) =>
      void (
        live &&
        stream.write(
          `${clear}${pc.dim(
            line
              .split('\n')
              .at(-1)
              ?.slice(0, Math.max(20, stream.columns - 1)) ?? '',
          )}`,
        )
      ),
    end: () => void stream.write(clear),
  };
}

/**
 * `npm run images`. Returns the exit code: 75 when an image is missing at the end, 130 when interrupted.
 * @throws Failure `usage` (64) for a wrong flag, `environment` (75) without an engine.
 */
export async function imagesCommand(words: readonly string[]): Promise<number> {
  const flags = parseImagesFlags(words);
  if (flags === undefined) {
    return exitCodes.passed;
  }
  // Loaded only now, so that a wrong flag is answered at once.
  const [{ openEngine }, { prepareImages }] = await Promise.all([
    import('../platform/docker/engine.ts'),
    import('../platform/docker/images/prepare-images.ts'),
  ]);
  const progress = progressLines(process.stderr);
  using interruption = watchInterruption((reason) => progress.tell(`${reason}: stopping`));
  let prepared: PreparedImages;
  try {
    prepared = await prepareImages(await openEngine(), {
      roles: flags.only ?? imageRoles,
      standInsOnly: flags.standIns === true,
      force: flags.force === true,
      signal: interruption.signal,
      tell: progress.tell,
      detail: progress.detail,
    });
  } catch (error) {
    if (interruption.signal.aborted) {
      return exitCodes.interrupted;
    }
    throw error;
  } finally {
    progress.end();
  }
  process.stdout.write(flags.json === true ? imagesJson(prepared) : imagesTable(prepared.images));
  for (const { failure } of prepared.failed) {
    reportFailure(failure);
  }
  return prepared.failed.at(0)?.failure.exitCode ?? exitCodes.passed;
}

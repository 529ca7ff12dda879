import { compare, type ValidationCase, validationCases } from '../simulation/validation.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';

/*
 * The simulator against queueing theory: every figure that has a closed form, as the mean over replications with other seeds, its error
 * against the tolerance, and whether the closed form lies in the interval of the mean. A single long run would look as precise and not be:
 * neighbouring waits depend on each other.
 */
const help = `npm run evidence:simulation -- [--seeds N] [--requests N]

  --seeds N     replications of every model (default 10)
  --requests N  in each of them (default 1000000)
`;

const confidence = 0.99;

interface Settings {
  readonly seeds: number;
  readonly requests: number;
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const options = { help: { type: 'boolean' }, seeds: text, requests: text } as const;
  const { values, whole } = benchWords(help, words, options);
  return values.help === true
    ? undefined
    : {
        seeds: whole('seeds', values.seeds ?? '10', 2, 1000),
        requests: whole('requests', values.requests ?? '1000000', 1000, 10_000_000),
      };
}

function row(...cells: readonly string[]): void {
  const widths = [20, 14, 14, 10, 11, 10, 9];
  process.stdout.write(
    `${cells
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('')
      .trimEnd()}\n`,
  );
}

const percent = (ratio: number) => `${(100 * ratio).toFixed(2)} %`;

interface Judged {
  readonly isMet: boolean;
  readonly isInside: boolean;
}

function judge(validation: ValidationCase, { seeds, requests }: Settings): Judged[] {
  process.stdout.write(`\n${validation.title} (${validation.through})\n`);
  return compare(validation, seeds, requests, confidence).map(({ figure, exact, toleranceRatio, mean, interval, errorRatio }) => {
    const { lowest, highest } = exact;
    const isMet = Math.abs(errorRatio) <= toleranceRatio;
    const isInside = interval.high >= lowest && interval.low <= highest;
    row(
      `  ${figure}`,
      lowest === highest ? lowest.toPrecision(5) : `${lowest.toPrecision(4)}–${highest.toPrecision(4)}`,
      mean.toPrecision(5),
      percent(errorRatio),
      `≤ ${percent(toleranceRatio)}`,
      isMet ? 'met' : 'missed',
      isInside ? 'inside' : 'outside',
    );
    return { isMet, isInside };
  });
}

async function measure(settings: Settings, signal: AbortSignal): Promise<void> {
  process.stdout.write(`${settings.seeds} replications of ${settings.requests} requests each; intervals at ${100 * confidence} %\n`);
  row('  figure', 'closed form', 'simulated', 'error', 'tolerance', 'verdict', 'closed form in the interval');
  const judged: Judged[] = [];
  for (const one of validationCases) {
    signal.throwIfAborted();
    judged.push(...judge(one, settings));
    // Lets an interruption be heard.
    await new Promise(setImmediate);
  }
  const met = judged.filter(({ isMet }) => isMet).length;
  const inside = judged.filter(({ isInside }) => isInside).length;
  process.stdout.write(
    `\n${met} of ${judged.length} figures within their tolerance; the closed form in the interval of ${inside}, where chance alone leaves out ${((1 - confidence) * judged.length).toFixed(1)} on average\n`,
  );
  process.exitCode = met === judged.length ? 0 : 1;
}

await benchCommand(help, readSettings, measure);

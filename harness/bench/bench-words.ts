import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { Failure } from '../contract/failure.ts';

/** The flags of a benchmark. Throws a `Failure` (64) whose hint is the first line of its help for words that it does not know. */
export function benchWords<Options extends ParseArgsOptionsConfig>(help: string, words: readonly string[], options: Options) {
  const usage = (message: string) => new Failure('usage', 'invalid_argument', message, { hint: help.split('\n')[0] ?? '' });
  let values: ReturnType<typeof parseArgs<{ options: Options }>>['values'];
  try {
    values = parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  const read = (name: string, word: string, wanted: string, isGood: (value: number) => boolean): number => {
    const value = word.trim() === '' ? Number.NaN : Number(word);
    if (!isGood(value)) {
      throw usage(`--${name} is "${word}", which is no ${wanted}`);
    }
    return value;
  };
  return {
    values,
    /** What is wrong with the words, as the failure that ends the command. */
    usage,
    whole: (name: string, word: string, least: number, most: number): number =>
      read(name, word, `whole number from ${least} to ${most}`, (value) => Number.isInteger(value) && value >= least && value <= most),
    number: (name: string, word: string, least: number, most: number): number =>
      read(name, word, `number from ${least} to ${most}`, (value) => value >= least && value <= most),
  };
}

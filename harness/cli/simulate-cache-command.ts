import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { DrawnKeys } from '../run/cache-replay/options.ts';
import { defaultSizes } from '../simulation/cache-replay/sizes.ts';
import { traceFormatIds } from '../traces/formats/index.ts';
import { expiryIds, lifetimeNamed } from './expiry.ts';
import { formatNamed, policiesNamed, simulateCache } from './simulate-cache.ts';
import { refuseStray } from './stray.ts';

interface CacheFlags {
  trace: string;
  format: string;
  policy: string;
  sizes: string[];
  by: 'entries' | 'bytes';
  sample: 'auto' | 'none' | number;
  ttl?: string;
  expiry?: string;
  drawKeys?: DrawnKeys;
  seed: number;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

function sample(word: string): CacheFlags['sample'] {
  if (word === 'auto' || word === 'none') {
    return word;
  }
  const value = Number(word.replace(/%$/, '')) / (word.endsWith('%') ? 100 : 1);
  if (!(value > 0 && value <= 1)) {
    throw new InvalidArgumentError(`"${word}" is no share of the keys such as 0.01 or 1%, nor auto or none.`);
  }
  return value;
}

function drawnKeys(text: string): DrawnKeys {
  const [keys = Number.NaN, exponent = Number.NaN, neverRepeatedShare = Number.NaN, ...more] = text.split(',').map(Number);
  const isValid =
    Number.isInteger(keys) &&
    keys >= 1 &&
    keys <= 10_000_000 &&
    exponent >= 0 &&
    exponent <= 4 &&
    neverRepeatedShare >= 0 &&
    neverRepeatedShare <= 1 &&
    more.length === 0;
  if (!isValid) {
    throw new InvalidArgumentError(`"${text}" is not <keys>,<Zipf exponent>,<share that never repeats>, such as 5000,0.8,0.3.`);
  }
  return { keys, exponent, neverRepeatedShare };
}

function limit(word: string): CacheFlags['by'] {
  if (word !== 'entries' && word !== 'bytes') {
    throw new InvalidArgumentError(`"${word}" is neither entries nor bytes.`);
  }
  return word;
}

/** `simulate cache`: a trace of keys through cache policies. */
export function addCacheCommand(
  simulate: Command,
  seed: (word: string) => number,
  words: readonly string[],
  setExit: (code: number) => void,
): void {
  simulate
    .command('cache [stray...]')
    .description('replay a trace of keys through cache policies and sizes: miss ratios, the bound, and why a policy wins')
    .requiredOption('--trace <file>', 'the trace, plain or compressed with zstd or gzip')
    .requiredOption('--format <name>', `how it is written: ${traceFormatIds.join(', ')}`)
    .option('--policy <ids>', 'policies separated by commas, or all', 'all')
    .option(
      '--sizes <sizes>',
      'entries or bytes, or shares of all keys or all their bytes, such as 100,200,1%',
      (text: string) => text.split(','),
      [...defaultSizes],
    )
    .option('--by <limit>', 'what the cache counts: entries or bytes', limit, 'entries')
    .option(
      '--sample <share>',
      'of the keys that are replayed, such as 1%; auto samples only what would take too long, none never does',
      sample,
      'auto',
    )
    .option(
      '--draw-keys <keys,exponent,share>',
      'keys for a trace that has none: how many, their Zipf exponent, the share that never repeats',
      drawnKeys,
    )
    .option('--ttl <seconds>', 'how long a key lives; by hits since the write for tiered, such as 60,3:600')
    .option('--expiry <rule>', `what the lifetime counts from: ${expiryIds.join(', ')} (default: fixed)`)
    .option('--seed <number>', 'decides what is drawn', seed, 1)
    .option('--out <folder>', 'an empty or new folder for the results (default: out/<run id>)')
    .option('--json', 'print cache-replay.json on stdout instead of the table')
    .option('--quiet', 'no progress on stderr')
    .action(async (stray: string[], flags: CacheFlags) => {
      refuseStray(stray, 'npm run -s scenario -- simulate cache --trace FILE --format csv');
      setExit(
        await simulateCache({
          file: flags.trace,
          format: formatNamed(flags.format),
          policies: policiesNamed(flags.policy),
          sizes: flags.sizes,
          limit: flags.by,
          lifetime: lifetimeNamed(flags.ttl, flags.expiry),
          sample: flags.sample,
          drawnKeys: flags.drawKeys,
          seed: flags.seed,
          outputDirectory: flags.out === undefined ? undefined : path.resolve(flags.out),
          json: flags.json === true,
          quiet: flags.quiet === true,
          command: `npm run -s scenario -- ${words.join(' ')}`,
        }),
      );
    });
}

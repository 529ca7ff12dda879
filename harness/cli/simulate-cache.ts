import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pc from 'picocolors';
import { cachePolicies } from '../../system/policies/caching/index.ts';
import { cacheReplaySchema } from '../contract/cache-replay.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import { exitCodes } from '../contract/verdict.ts';
import { cacheReplay } from '../run/cache-replay/cache-replay.ts';
import type { DrawnKeys, NamedPolicy, ReplayLifetime } from '../run/cache-replay/options.ts';
import { createEmptyFolder } from '../run/run-folder.ts';
import type { CacheLimit } from '../simulation/cache-replay/sizes.ts';
import { type TraceFormatId, traceFormatIds } from '../traces/formats/index.ts';
import { cacheReplayPaths, writeCacheReplayReport } from './cache-replay-files.ts';
import { watchInterruption } from './interruption.ts';
import { progressView } from './progress.ts';

export interface SimulateCacheOptions {
  readonly file: string;
  readonly format: TraceFormatId;
  readonly policies: readonly NamedPolicy[];
  readonly sizes: readonly string[];
  readonly limit: CacheLimit;
  readonly lifetime: ReplayLifetime | undefined;
  readonly sample: 'auto' | 'none' | number;
  readonly drawnKeys: DrawnKeys | undefined;
  readonly seed: number;
  /** Absolute; `out/<run id>` where absent. */
  readonly outputDirectory: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly command: string;
}

function unknownWord(what: string, word: string, known: readonly string[]): Failure {
  const suggestion = nearest(word, known);
  return new Failure('configuration', `unknown_${what}`, `unknown ${what} "${word}"`, {
    hint: `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${known.join(', ')}`,
  });
}

/** `all`, or ids separated by commas. Throws `Failure` `unknown_policy` (78). */
export function policiesNamed(text: string): NamedPolicy[] {
  const known = Object.entries(cachePolicies).map(([id, entry]) => ({ id, ...entry }));
  if (text === 'all') {
    return known;
  }
  const words = [...new Set(text.split(',').map((word) => word.trim()))];
  return words.map((word) => {
    const found = known.find(({ id }) => id === word);
    if (found === undefined) {
      throw unknownWord('policy', word, [...known.map(({ id }) => id), 'all']);
    }
    return found;
  });
}

/** Throws `Failure` `unknown_format` (78). */
export function formatNamed(word: string): TraceFormatId {
  const found = traceFormatIds.find((id) => id === word);
  if (found === undefined) {
    throw unknownWord('format', word, traceFormatIds);
  }
  return found;
}

/** Replays a trace, writes `cache-replay.json` and `report.html`, and prints the table or the document. */
export async function simulateCache(options: SimulateCacheOptions): Promise<number> {
  const { json, quiet, outputDirectory } = options;
  const view = progressView(process.stderr, quiet);
  using interruption = watchInterruption((reason) => process.stderr.write(`${reason}: stopping\n`));
  // A folder that cannot be used is met before the work and not after it.
  const named = outputDirectory === undefined ? undefined : await createEmptyFolder(outputDirectory);
  let lastMessage = '';
  const result = await cacheReplay({
    ...options,
    signal: interruption.signal,
    onProgress: (progress, message) => {
      const subject = message.split(/,| at /)[0] ?? message;
      if (subject !== lastMessage) {
        lastMessage = subject;
        view.event({ type: 'run', atMs: Date.now(), message, progress });
      }
    },
    onNote: (text) => void (quiet || process.stderr.write(`${text}\n`)),
  }).finally(() => view.end());
  const valid = cacheReplaySchema.parse(result);
  const folder = named ?? (await createEmptyFolder(path.resolve('out', result.runId)));
  await writeFile(cacheReplayPaths(folder).data, `${JSON.stringify(valid, null, 2)}\n`);
  const paths = await writeCacheReplayReport(valid, folder);
  if (json) {
    process.stdout.write(`${JSON.stringify(valid, null, 2)}\n`);
  } else {
    const { renderCacheReplayConsole } = await import('../../reports/cache-replay/console.ts');
    process.stdout.write(
      renderCacheReplayConsole(valid, {
        color: pc.isColorSupported && process.stdout.isTTY === true,
        columns: Math.max(60, process.stdout.columns ?? 100),
        paths: [paths.report, paths.data].map((file) => path.relative(process.cwd(), file)),
      }),
    );
  }
  return exitCodes.passed;
}

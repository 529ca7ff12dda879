import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadTest } from '../../scenarios/load-test.ts';
import type { OverloadResult } from '../contract/overload.ts';
import { exitCodes } from '../contract/verdict.ts';
import { choosePlatform } from '../platform/choose.ts';
import { runScenario } from '../run/run.ts';
import { newRunId } from '../run/run-folder.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';

/*
 * Is what gave out first named correctly? Drives every ramp of the load test whose limit is planted, several times, and prints what
 * was named. Wants a machine of its own: on one that is busy with other things something else may give out.
 */
const help = `npm run evidence:first-limit -- [--rounds N] [--variants A,B]

  --rounds N      times that each ramp is driven (default 5)
  --variants A,B  only these ramps
`;

interface Settings {
  readonly rounds: number;
  readonly variants: readonly string[];
}

const planted = loadTest.variants.filter(({ overload }) => overload?.planted !== undefined).map(({ id }) => id);

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const { values, usage, whole } = benchWords(help, words, { help: { type: 'boolean' }, rounds: text, variants: text });
  const rounds = whole('rounds', values.rounds ?? '5', 1, 100);
  const variants = values.variants?.split(',') ?? planted;
  const unknown = variants.find((id) => !planted.includes(id));
  if (unknown !== undefined) {
    throw usage(`--variants names "${unknown}", which is no ramp with a planted limit; they are ${planted.join(', ')}`);
  }
  return values.help === true ? undefined : { rounds, variants };
}

interface Named {
  readonly overload: OverloadResult;
  readonly isRight: boolean;
  /** Where the run that was named wrongly can be read. */
  readonly keptIn?: string;
}

/** Runs one ramp in a system of its own and gives what was named. What was named wrongly is kept: it says why. */
async function rampOf(variant: string, seed: number, signal: AbortSignal): Promise<Named> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-first-limit-'));
  let isKept = false;
  try {
    const { result, failure } = await runScenario({
      scenario: loadTest,
      profile: 'quick',
      seed,
      runId: newRunId(`first-limit-${seed}`, new Date()),
      variants: [variant],
      platform: await choosePlatform({ requested: 'local' }),
      leftOut: [],
      outputDirectory: path.join(folder, 'run'),
      command: `npm run evidence:first-limit -- --variants ${variant}`,
      signal,
      onEvent: () => undefined,
      onSecond: () => undefined,
    });
    const [overload] = result.overloads ?? [];
    if (overload === undefined) {
      throw failure ?? new Error(`the ramp of ${variant} gave no result`);
    }
    const isRight = overload.validity.verdict === 'valid' && overload.first.kind === overload.planted;
    isKept = !isRight;
    return { overload, isRight, ...(isKept ? { keptIn: folder } : {}) };
  } finally {
    if (!isKept) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function rowText(round: number, { overload, keptIn }: Named): string {
  const { variant, planted: wanted, first, validity, counts } = overload;
  const verdict = validity.verdict === 'invalid' ? 'generator unfit' : first.kind === wanted ? 'right' : 'WRONG';
  const at = first.atSecond === undefined ? '' : ` after ${first.atSecond.toFixed(0)} s at ${(first.ratePerSecond ?? 0).toFixed(0)}/s`;
  return `${String(round).padStart(5)}  ${variant.padEnd(24)} ${(wanted ?? '').padEnd(12)} ${first.kind.padEnd(14)} ${verdict.padEnd(16)} ${counts.succeeded} of ${counts.issued} answered${at}: ${first.evidence}${keptIn === undefined ? '' : ` (kept: ${keptIn})`}`;
}

await benchCommand(help, readSettings, async ({ rounds, variants }, signal) => {
  const right = new Map(variants.map((id) => [id, 0]));
  let unfit = 0;
  console.log(`${'round'.padStart(5)}  ${'ramp'.padEnd(24)} ${'planted'.padEnd(12)} ${'named'.padEnd(14)}`);
  for (let round = 1; round <= rounds; round += 1) {
    for (const variant of variants) {
      const named = await rampOf(variant, round, signal);
      console.log(rowText(round, named));
      unfit += named.overload.validity.verdict === 'invalid' ? 1 : 0;
      right.set(variant, (right.get(variant) ?? 0) + (named.isRight ? 1 : 0));
    }
  }
  for (const [variant, count] of right) {
    console.log(`${variant}: named correctly ${count} times in ${rounds}`);
  }
  if (unfit > 0) {
    process.exitCode = exitCodes.environment;
  } else if ([...right.values()].some((count) => count < rounds)) {
    process.exitCode = exitCodes.sloFailed;
  }
});

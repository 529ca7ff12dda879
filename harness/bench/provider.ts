import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { closedLoopRow } from '../../system/policies/generation/closed-loop.ts';
import {
  type ConcurrencyRow,
  llama33On2H100,
  publishedLengths,
  publishedRows,
} from '../../system/policies/generation/llama-3.3-70b-2xh100.ts';
import { Leash } from '../platform/local/leashed-process.ts';
import { httpProbe, waitUntilReady } from '../platform/local/readiness.ts';
import { localUrl } from '../platform/loopback.ts';
import { Ports } from '../platform/ports.ts';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';
import { driveProvider } from './provider-load.ts';

/*
 * Whether the simulated provider is as slow as the real one: Llama 3.3 70B on two H100, 5000 tokens in and 500 out, at the six
 * published numbers of clients. Once the model alone in virtual time, then the provider's process over HTTP with streams.
 */
const help = `npm run bench:provider -- [--short] [--time-scale S] [--concurrency A,B,…]

  --short             the process at 1, 5 and 25 clients only
  --time-scale S      how many times as fast as real the provider's time runs (default 10; 1 takes about 14 minutes). What the
                      machine adds to the first token, about 3 ms, is multiplied too
  --concurrency A,B   the published numbers of clients that the process is tried with (default all six)
`;

const primingAnswers = 40;
/** Of the provider's time; beyond it, what the machine adds is a tenth of the shortest time to a first token. */
const heldUpLimitMs = 40;
const withinRatio = 0.1;
const tokens = { promptTokens: publishedLengths.promptTokens, outputTokens: publishedLengths.outputTokens };
const cells = ['timeToFirstTokenMs', 'interTokenMs', 'tokensPerSecond'] as const;

interface Settings {
  readonly timeScale: number;
  readonly concurrencies: readonly number[];
}

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, short: flag, 'time-scale': text, concurrency: text };
  const { values, usage, number } = benchWords(help, words, options);
  const short = values.short === true;
  const timeScale = number('time-scale', values['time-scale'] ?? '10', 0.01, 1000);
  const known = publishedRows.map(({ concurrency }) => concurrency);
  const named = values.concurrency ?? (short ? '1,5,25' : known.join(','));
  const concurrencies = named.split(',').map(Number);
  const unknown = concurrencies.find((concurrency) => !known.includes(concurrency));
  if (unknown !== undefined) {
    throw usage(`--concurrency is "${named}": nothing is published for it, only for ${known.join(', ')}`);
  }
  return values.help === true ? undefined : { timeScale, concurrencies };
}

/**
 * All clients start at once, and it takes rounds until their answers are spread over time; where most of them wait, one is enough.
 * The few answers of few clients need more rounds to be worth a mean.
 */
function roundsOf(concurrency: number): { warmUp: number; counted: number } {
  const isSaturated = concurrency > 2 * llama33On2H100.slots;
  return { warmUp: isSaturated ? 1 : 2, counted: Math.max(concurrency > llama33On2H100.slots ? 2 : 4, Math.ceil(8 / concurrency)) };
}

function figure(value: number): string {
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}

/** Prints rows beside the published ones. Returns how many of their cells are within 10 %. */
function printRows(title: string, rows: readonly ConcurrencyRow[]): void {
  const columns = ['time to first token, ms', 'between tokens, ms', 'tokens per second'];
  process.stdout.write(`${title}\n\n${'clients'.padEnd(9)}${columns.map((column) => column.padEnd(28)).join('')}\n`);
  process.stdout.write(`${' '.repeat(9)}${columns.map(() => `${'published'.padEnd(11)}${'here'.padEnd(8)}${''.padEnd(9)}`).join('')}\n`);
  let within = 0;
  for (const row of rows) {
    const published = publishedRows.find(({ concurrency }) => concurrency === row.concurrency);
    if (published === undefined) {
      continue;
    }
    const deviations = cells.map((cell) => row[cell] / published[cell] - 1);
    const good = deviations.filter((deviation) => Math.abs(deviation) <= withinRatio).length;
    within += good;
    const texts = cells.map((cell, index) => {
      const percent = (deviations[index] ?? Number.NaN) * 100;
      const deviation = `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
      return `${figure(published[cell]).padEnd(11)}${figure(row[cell]).padEnd(8)}${deviation.padEnd(9)}`;
    });
    const verdict = good === cells.length ? 'within 10 %' : `${cells.length - good} beyond 10 %`;
    process.stdout.write(`${String(row.concurrency).padEnd(9)}${texts.join('')}${verdict}\n`);
  }
  process.stdout.write(`\n${within} of ${rows.length * cells.length} cells within 10 %\n\n`);
}

/** The provider as a process of its own on loopback, until it is disposed of. */
async function startProvider(stack: AsyncDisposableStack, timeScale: number, signal: AbortSignal): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const leash = stack.use(await Leash.start({ runId: 'bench-provider', logFile: path.join(folder, 'leash.log'), stateDirectory: folder }));
  return new Ports().startOn(async (port) => {
    const provider = await leash.spawn({
      id: 'provider',
      command: process.execPath,
      arguments: [fileURLToPath(new URL('../../system/provider/main.ts', import.meta.url))],
      environment: {
        PORT: String(port),
        CHAT_PRESET: 'llama-3.3-70b-2xh100',
        EMBEDDING_DIM: '8',
        CONCEPT_COUNT: '8',
        TIME_SCALE: String(timeScale),
        LOG_LEVEL: 'warn',
      },
      workingDirectory: folder,
      logFile: path.join(folder, 'provider.log'),
    });
    const origin = localUrl(port);
    try {
      await waitUntilReady({ process: provider, probe: httpProbe(`${origin}/ready`), probed: `GET ${origin}/ready`, signal });
    } catch (error) {
      await provider.stop(0);
      throw error;
    }
    return origin;
  });
}

async function measure({ timeScale, concurrencies }: Settings, signal: AbortSignal): Promise<void> {
  process.stdout.write('Llama 3.3 70B on 2 x H100, 5000 tokens in, 500 out: means of clients that ask again at once\n\n');
  const modelled = publishedRows.map(({ concurrency }) => closedLoopRow(llama33On2H100, concurrency, tokens));
  printRows('the model alone, in virtual time', modelled);
  await using stack = new AsyncDisposableStack();
  const origin = await startProvider(stack, timeScale, signal);
  const load = { origin, ...tokens, timeScale, signal };
  // Short answers to long prompts, until everything on their way is compiled.
  await driveProvider({ ...load, concurrency: 1, outputTokens: 2, rounds: { warmUp: 1, counted: primingAnswers } });
  const rows: ConcurrencyRow[] = [];
  let [answers, busiest] = [0, 0];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (const concurrency of concurrencies) {
    const before = performance.eventLoopUtilization();
    const row = await driveProvider({ ...load, concurrency, rounds: roundsOf(concurrency) });
    busiest = Math.max(busiest, performance.eventLoopUtilization(before).utilization);
    answers += row.answers;
    rows.push(row);
    process.stderr.write(`${concurrency} clients done\n`);
  }
  const scale = timeScale === 1 ? 'in real time' : `its time ${timeScale} times as fast as real, figures multiplied back`;
  printRows(`the process over HTTP, ${scale}; means of ${answers} streamed answers`, rows);
  delay.disable();
  const [p99Ms, longestMs] = [delay.percentile(99) / 1e6, delay.max / 1e6];
  const text = (ms: number) => `${ms.toFixed(1)} ms (${Math.round(ms * timeScale)} of the provider's)`;
  process.stdout.write(
    `the clients were busy ${Math.round(busiest * 100)} % of the time at most, and held up ${text(p99Ms)} at p99, ${text(longestMs)} at worst\n`,
  );
  if (p99Ms * timeScale > heldUpLimitMs) {
    process.stdout.write(
      'other work on this machine bunches the requests, which makes first tokens late: --time-scale lower counts it less\n',
    );
  }
}

await benchCommand(help, readSettings, measure);

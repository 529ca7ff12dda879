import { type ChildProcessByStdio, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Failure } from '../contract/failure.ts';
import { type Observation, observationSchema } from '../contract/observation.ts';
import { parseOrFail } from '../contract/parse.ts';
import { type Epoch, type GeneratorEvent, generatorEventSchema, nextEpoch, startLine, stopLine } from './protocol.ts';
import { realTimeCommand } from './real-time.ts';

/** The generator speaks at least once a second while a step runs; connecting and encoding take less than this too. */
const silenceLimitMs = 30_000;
const endGraceMs = 2000;
const logLinesInFailure = 20;

export interface GeneratorOptions {
  /** Marks the process in its environment as RAG_TESTBED_RUN, by which leftovers are found. */
  readonly runId: string;
  /** Receives the standard error of the process; appended to. */
  readonly logFile: string;
  /** Generators that run at the same time, this one included; 1 where absent. */
  readonly processes?: number;
  /** Added to the environment of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Names the moment at which the step begins, when this generator is ready for it; as soon as possible where absent. */
  readonly agreeOnEpoch?: () => Promise<Epoch>;
  readonly onEvent?: (event: GeneratorEvent) => void;
  /** Cuts the step short: `run` then resolves with what was seen until then, in-flight requests counted as unfinished. */
  readonly signal?: AbortSignal;
}

/** What executes load plans: one process, or several that share each plan. */
export interface LoadGenerator extends AsyncDisposable {
  readonly pids: readonly number[];
  /** Whether every process runs under real-time scheduling. */
  readonly realTimeScheduling: boolean;
  /**
   * Executes the load plan in a file (absolute path) and resolves with its observation. Rejects with a `Failure`: exit 78
   * for a plan that is not valid, 75 when a generator died or fell silent. Throws when a plan is still running.
   */
  run(planFile: string, options?: RunOptions): Promise<Observation>;
}

type GeneratorProcess = ChildProcessByStdio<Writable, Readable, null>;

interface Running {
  readonly agreeOnEpoch: () => Promise<Epoch>;
  readonly onEvent: (event: GeneratorEvent) => void;
  readonly settle: PromiseWithResolvers<Observation>;
}

/** A load generator in a process of its own. It executes one plan at a time and lives until it is disposed of. */
export class Generator implements LoadGenerator {
  readonly pid: number;
  readonly realTimeScheduling: boolean;
  readonly #child: GeneratorProcess;
  readonly #logTail: () => string;
  /** Settles when the process is gone and its output was read. */
  readonly #closed: Promise<void>;
  #running: Running | undefined;
  #silence: NodeJS.Timeout | undefined;
  #silent = false;
  #death: Failure | undefined;

  constructor(child: GeneratorProcess, realTimeScheduling: boolean, logTail: () => string) {
    this.pid = child.pid as number;
    this.realTimeScheduling = realTimeScheduling;
    this.#child = child;
    this.#logTail = logTail;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  get pids(): readonly number[] {
    return [this.pid];
  }

  async run(
    planFile: string,
    { onEvent = () => {}, signal, agreeOnEpoch = async () => nextEpoch() }: RunOptions = {},
  ): Promise<Observation> {
    if (this.#running !== undefined) {
      throw new Failure('internal', 'generator_busy', 'the load generator executes one plan at a time');
    }
    if (this.#death !== undefined) {
      throw this.#death;
    }
    const settle = Promise.withResolvers<Observation>();
    this.#running = { onEvent, settle, agreeOnEpoch };
    this.#listenForSilence();
    const stop = () => this.#say(stopLine);
    this.#say(planFile);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) {
      stop();
    }
    try {
      return await settle.promise;
    } finally {
      signal?.removeEventListener('abort', stop);
      clearTimeout(this.#silence);
      this.#running = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), endGraceMs);
    await this.#closed;
    clearTimeout(force);
  }

  /** Takes one line of the generator's standard output. */
  receive(line: string): void {
    const running = this.#running;
    if (running === undefined) {
      return;
    }
    this.#listenForSilence();
    try {
      const event = parseOrFail(generatorEventSchema, JSON.parse(line), 'an event of the load generator');
      if (event.event === 'armed') {
        running.agreeOnEpoch().then((epoch) => this.#say(startLine(epoch)), running.settle.reject);
        return;
      }
      running.onEvent(event);
      if (event.event === 'done') {
        const observation: unknown = JSON.parse(readFileSync(event.observationFile, 'utf8'));
        running.settle.resolve(parseOrFail(observationSchema, observation, event.observationFile));
      } else if (event.event === 'failed') {
        const reason = event.code.startsWith('invalid_') ? 'configuration' : 'environment';
        running.settle.reject(new Failure(reason, event.code, `the load generator could not execute ${event.stepId}: ${event.message}`));
      }
    } catch (error) {
      running.settle.reject(error);
    }
  }

  /** The process is gone; whoever waits for it learns why. */
  died(how: string): void {
    const why = this.#silent ? `was silent for ${silenceLimitMs / 1000} s and was ended` : how;
    const tail = this.#logTail();
    this.#death = new Failure(
      'environment',
      'generator_died',
      `the load generator ${why}${tail === '' ? '' : `; its last log lines:\n${tail}`}`,
      {
        hint: 'its log file in the run folder says more',
      },
    );
    this.#running?.settle.reject(this.#death);
  }

  #say(line: string): void {
    // A generator that is gone is reported by its exit; the broken pipe would only say so a second time.
    this.#child.stdin.write(`${line}\n`, () => {});
  }

  #listenForSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#silent = true;
      this.#child.kill('SIGKILL');
    }, silenceLimitMs);
  }
}

function logTailOf(logFile: string): () => string {
  const before = statSync(logFile).size;
  return () => readFileSync(logFile).subarray(before).toString('utf8').trim().split('\n').slice(-logLinesInFailure).join('\n');
}

/**
 * Starts the load generator, under real-time scheduling where that is permitted, and resolves when it takes plans.
 * Rejects with a `Failure` (exit 75) when it cannot be started.
 */
export async function startGenerator({ runId, logFile, processes = 1, env = {} }: GeneratorOptions): Promise<Generator> {
  const log = openSync(logFile, 'a');
  const logTail = logTailOf(logFile);
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { command, parameters } = realTimeCommand(process.execPath, [main], processes);
  const stdio: StdioOptions = ['pipe', 'pipe', log];
  // The types do not know that pipes asked for beside a file descriptor are there.
  const child = spawn(command, parameters, {
    stdio,
    env: { ...process.env, ...env, RAG_TESTBED_RUN: runId },
  }) as GeneratorProcess;
  closeSync(log);
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout });
  const started = Promise.withResolvers<Generator>();
  let generator: Generator | undefined;
  const fail = (how: string) => {
    if (generator === undefined) {
      const tail = logTail();
      const message = `the load generator could not be started: it ${how}${tail === '' ? '' : `; its last log lines:\n${tail}`}`;
      started.reject(new Failure('environment', 'generator_not_started', message));
    } else {
      generator.died(how);
    }
  };
  child.once('error', (error) => fail(`could not be spawned (${error.message})`));
  // `close` comes after the last line of output was read, so that a step that had ended is not called dead.
  child.once('close', (code, signal) => fail(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  lines.on('line', (line) => {
    if (generator !== undefined) {
      generator.receive(line);
      return;
    }
    try {
      const event = parseOrFail(generatorEventSchema, JSON.parse(line), 'the first event of the load generator');
      if (event.event === 'ready') {
        generator = new Generator(child, event.realTimeScheduling, logTail);
        started.resolve(generator);
      }
    } catch (error) {
      child.kill('SIGKILL');
      started.reject(error);
    }
  });
  return await started.promise;
}

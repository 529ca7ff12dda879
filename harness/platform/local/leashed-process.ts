import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../contract/failure.ts';
import type { LeashCommand, LeashReport, SpawnCommand } from './leash-protocol.ts';
import { processesOfRun, runVariable } from './process-table.ts';

const leashFile = fileURLToPath(new URL('./leash.ts', import.meta.url));
/** The leash needs at most six seconds to end everything; see its own limits. */
const leashEndMs = 9000;
const killMs = 5000;
/** How much of the end of a log is read to find its last lines. */
const logTailBytes = 64 * 1024;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessSpecification {
  /** Such as `vector-2`; for messages. */
  readonly id: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly logFile: string;
  readonly endSignal?: SpawnCommand['endSignal'];
}

export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** A process that the leash started for us. */
export class LeashedProcess {
  readonly id: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  readonly #send: (signal: NodeJS.Signals, reach: 'group' | 'tree') => void;
  readonly #endSignal: NodeJS.Signals;
  readonly #logStart: number;

  constructor(
    specification: ProcessSpecification,
    pid: number,
    logStart: number,
    exited: Promise<Exit>,
    send: (signal: NodeJS.Signals, reach: 'group' | 'tree') => void,
  ) {
    this.id = specification.id;
    this.pid = pid;
    this.logFile = specification.logFile;
    this.exited = exited;
    this.#send = send;
    this.#endSignal = specification.endSignal ?? 'SIGTERM';
    this.#logStart = logStart;
  }

  /** Signals the process group. */
  signal(signal: NodeJS.Signals): void {
    this.#send(signal, 'group');
  }

  /** The last lines that this process wrote to stdout and stderr. */
  async lastLines(count: number): Promise<string[]> {
    const file = await open(this.logFile, 'r').catch(() => undefined);
    if (file === undefined) {
      return ['(the log could not be opened)'];
    }
    try {
      const { size } = await file.stat();
      const start = Math.max(this.#logStart, size - logTailBytes);
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.max(0, size - start)), position: start });
      const text = buffer.toString('utf8', 0, bytesRead).trimEnd();
      return text === '' ? [] : text.split('\n').slice(-count);
    } finally {
      await file.close();
    }
  }

  /**
   * Asks the process to end, and kills it and all its descendants when it has not done so in time.
   * @throws Failure `environment` when even that did not end it, which only a process stuck in the kernel manages.
   */
  async stop(graceMs: number): Promise<Exit> {
    this.signal(this.#endSignal);
    this.signal('SIGCONT');
    const ended = await this.#endedWithin(graceMs);
    if (ended !== undefined) {
      return ended;
    }
    this.#send('SIGKILL', 'tree');
    const killed = await this.#endedWithin(killMs);
    if (killed === undefined) {
      throw new Failure('environment', 'process_not_killed', `${this.id} (pid ${this.pid}) did not end within ${killMs} ms of SIGKILL`);
    }
    return killed;
  }

  async #endedWithin(limitMs: number): Promise<Exit | undefined> {
    const abandon = new AbortController();
    const limit = delay(limitMs, undefined, { signal: abandon.signal }).catch(() => undefined);
    const ended = await Promise.race([this.exited, limit]);
    abandon.abort();
    return ended;
  }
}

export interface LeashSpecification {
  readonly runId: string;
  /** Receives what the leash itself has to complain about. */
  readonly logFile: string;
  /** Holds the PostgreSQL clusters of the run. */
  readonly stateDirectory: string;
}

interface Starting {
  readonly specification: ProcessSpecification;
  readonly logStart: number;
  readonly resolve: (process: LeashedProcess) => void;
  readonly reject: (failure: Failure) => void;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Kills a process, or with a negative number its group. One that has ended is what was wanted; macOS calls its group EPERM. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') {
      throw error;
    }
  }
}

/** The runner's end of the leash: starts processes that cannot outlive the runner. */
export class Leash implements AsyncDisposable {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #specification: LeashSpecification;
  readonly #starting = new Map<number, Starting>();
  readonly #running = new Map<number, { readonly pid: number; readonly exit: PromiseWithResolvers<Exit> }>();
  readonly #ended: Promise<Exit>;
  #nextReference = 1;
  #closing = false;

  private constructor(child: ChildProcess, pid: number, specification: LeashSpecification) {
    this.pid = pid;
    this.#process = child;
    this.#specification = specification;
    const ended = Promise.withResolvers<Exit>();
    this.#ended = ended.promise;
    child.once('exit', (code, signal) => {
      this.#onLeashExit({ code, signal });
      ended.resolve({ code, signal });
    });
    // A leash that has ended is told by its exit; what could not be written to it no longer matters.
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => this.#onReport(JSON.parse(line) as LeashReport));
    }
  }

  /** @throws Failure `environment` when the process of the leash cannot be started. */
  static async start(specification: LeashSpecification): Promise<Leash> {
    await mkdir(dirname(specification.logFile), { recursive: true });
    const log = openSync(specification.logFile, 'a', 0o600);
    try {
      const child = spawn(process.execPath, [leashFile, specification.runId, specification.stateDirectory], {
        stdio: ['pipe', 'pipe', log],
        detached: true,
        env: { [runVariable]: specification.runId },
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) =>
          reject(
            new Failure('environment', 'leash_not_started', `could not start ${process.execPath}: ${error.message}`, { cause: error }),
          ),
        );
      });
      return new Leash(child, child.pid ?? 0, specification);
    } finally {
      closeSync(log);
    }
  }

  /**
   * Starts a process in a session of its own; it is not ready by then.
   * @throws Failure `environment` with the reason of the operating system.
   */
  async spawn(specification: ProcessSpecification): Promise<LeashedProcess> {
    await mkdir(dirname(specification.logFile), { recursive: true });
    if (this.#closing || this.#process.exitCode !== null || this.#process.signalCode !== null) {
      throw new Failure('environment', 'leash_lost', `${specification.id} cannot be started: the process that starts the others has ended`);
    }
    const reference = this.#nextReference++;
    const logStart = sizeOf(specification.logFile);
    return new Promise((resolve, reject) => {
      this.#starting.set(reference, { specification, logStart, resolve, reject });
      this.#send({
        type: 'spawn',
        reference,
        command: specification.command,
        arguments: specification.arguments,
        environment: specification.environment,
        workingDirectory: specification.workingDirectory,
        logFile: specification.logFile,
        endSignal: specification.endSignal ?? 'SIGTERM',
      });
    });
  }

  /** Ends what still runs on this leash, and the leash. Processes that the runner started by itself are left alone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#send({ type: 'release' });
    this.#process.stdin?.end();
    const abandon = new AbortController();
    const limit = delay(leashEndMs, 'late' as const, { signal: abandon.signal }).catch(() => 'late' as const);
    const ended = await Promise.race([this.#ended, limit]);
    abandon.abort();
    if (ended === 'late') {
      this.#process.kill('SIGKILL');
      await this.#ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(command: LeashCommand): void {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #onReport(report: LeashReport): void {
    switch (report.type) {
      case 'spawned':
        this.#onSpawned(report.reference, report.pid);
        return;
      case 'not-spawned':
        this.#onNotSpawned(report.reference, report.code, report.message);
        return;
      case 'exited':
        this.#running.get(report.reference)?.exit.resolve({ code: report.code, signal: report.signal });
        this.#running.delete(report.reference);
        return;
    }
  }

  #onSpawned(reference: number, pid: number): void {
    const starting = this.#starting.get(reference);
    if (starting === undefined) {
      return;
    }
    this.#starting.delete(reference);
    const exit = Promise.withResolvers<Exit>();
    this.#running.set(reference, { pid, exit });
    const send = (signal: NodeJS.Signals, reach: 'group' | 'tree') => this.#send({ type: 'signal', reference, signal, reach });
    starting.resolve(new LeashedProcess(starting.specification, pid, starting.logStart, exit.promise, send));
  }

  #onNotSpawned(reference: number, code: string, message: string): void {
    const starting = this.#starting.get(reference);
    this.#starting.delete(reference);
    starting?.reject(
      new Failure('environment', 'process_not_started', `${starting.specification.id} could not be started: ${message}`, {
        hint: `${code} for ${starting.specification.command} in ${starting.specification.workingDirectory}`,
      }),
    );
  }

  /** Without its leash nothing ends the processes of the run but we. */
  #onLeashExit(exit: Exit): void {
    const lost = [...this.#starting.values()];
    this.#starting.clear();
    for (const { specification, reject } of lost) {
      reject(
        new Failure('environment', 'leash_lost', `${specification.id} was not started: its leash ended with ${describeExit(exit)}`, {
          hint: `see ${this.#specification.logFile} in ${join(this.#specification.stateDirectory, '..')}`,
        }),
      );
    }
    if (!this.#closing) {
      for (const { pid } of this.#running.values()) {
        killIfAlive(-pid);
      }
      for (const { pid } of processesOfRun({ ...this.#specification, partsOnly: true })) {
        killIfAlive(pid);
      }
    }
    for (const { exit: ended } of this.#running.values()) {
      ended.resolve({ code: null, signal: 'SIGKILL' });
    }
    this.#running.clear();
  }
}

/**
 * The leash: one small process per run that starts the processes of the system under test and outlives the runner by a few
 * seconds. PostgreSQL and Qdrant do not notice that their parent has died, and a runner that was killed cannot tell them.
 * The leash can: when its standard input ends, it ends everything of the run and then itself.
 *
 * It is started detached, so that neither Ctrl-C nor a kill of the runner's process group reaches it, and imports only
 * built-in modules, so that it starts fast. Arguments: <run id> <state directory>.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LeashCommand, LeashReport, SignalCommand, SpawnCommand } from './leash-protocol.ts';
import { type ProcessRow, processesOfRun, readProcessTable, withDescendants } from './process-table.ts';

/** From the end of input: PostgreSQL is told to abandon its clients at the first, everything left is killed at the second. */
const abandonAfterMs = 1500;
const killAfterMs = 3000;
/** How long to look for processes that appeared while others were being killed. */
const sweepForMs = 3000;
const pollMs = 20;

interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly endSignal: SpawnCommand['endSignal'];
}

const [runId = '', stateDirectory = ''] = process.argv.slice(2);
const children = new Map<number, Child>();
let ending = false;
let released = false;

function report(message: LeashReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Signals a process, or with a negative number its group. One that has ended meanwhile needs no signal. */
function deliver(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH') {
      process.stderr.write(`leash: ${signal} to ${pid} failed: ${String(error)}\n`);
    }
  }
}

function spawnChild({ reference, command, arguments: words, environment, workingDirectory, logFile, endSignal }: SpawnCommand): void {
  const refuse = (error: unknown) => {
    const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
    report({ type: 'not-spawned', reference, code, message });
  };
  let log: number | undefined;
  try {
    log = openSync(logFile, 'a', 0o600);
    const child = spawn(command, [...words], {
      cwd: workingDirectory,
      env: environment,
      stdio: ['ignore', log, log],
      detached: true,
    });
    child.once('error', refuse);
    const { pid } = child;
    if (pid === undefined) {
      return;
    }
    children.set(reference, { process: child, pid, endSignal });
    child.once('exit', (code, signal) => {
      children.delete(reference);
      // What the leader of a group leaves behind has nobody else to end it.
      deliver(-pid, 'SIGKILL');
      report({ type: 'exited', reference, code, signal });
    });
    report({ type: 'spawned', reference, pid });
  } catch (error) {
    refuse(error);
  } finally {
    if (log !== undefined) {
      closeSync(log);
    }
  }
}

/** Kills exactly the processes that were seen, not others that have been given their pids since. */
function killRows(rows: readonly ProcessRow[]): void {
  if (rows.length === 0) {
    return;
  }
  const now = new Map(readProcessTable().map((row) => [row.pid, row.startTicks]));
  for (const { pid, startTicks } of rows) {
    if (now.get(pid) === startTicks) {
      deliver(pid, 'SIGKILL');
    }
  }
}

function signalChild({ reference, signal, reach }: SignalCommand): void {
  const child = children.get(reference);
  if (child === undefined) {
    return;
  }
  const descendants = reach === 'tree' ? withDescendants([child.pid], readProcessTable()).filter(({ pid }) => pid !== child.pid) : [];
  deliver(-child.pid, signal);
  for (const { pid } of descendants) {
    deliver(pid, signal);
  }
}

/** Resolves when `isDone` holds or the time is over, whichever comes first. */
async function until(isDone: () => boolean, deadlineMs: number): Promise<void> {
  while (!isDone() && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Ends everything: asks, insists, kills, and then looks for what got away. */
async function endEverything(): Promise<never> {
  ending = true;
  const start = performance.now();
  const allEnded = () => children.size === 0;
  const started = [...children.values()];
  const descendants = withDescendants(
    started.map(({ pid }) => pid),
    readProcessTable(),
  );
  for (const { pid, endSignal } of started) {
    deliver(-pid, endSignal);
    // A process that was stopped takes the signal only once it continues.
    deliver(-pid, 'SIGCONT');
  }
  await until(allEnded, start + abandonAfterMs);
  for (const { pid, endSignal } of children.values()) {
    if (endSignal === 'SIGINT') {
      deliver(-pid, 'SIGQUIT');
    }
  }
  await until(allEnded, start + killAfterMs);
  for (const { pid } of children.values()) {
    deliver(-pid, 'SIGKILL');
  }
  killRows(descendants);
  await until(() => {
    const left = processesOfRun({ runId, stateDirectory, partsOnly: released });
    killRows(left);
    return left.length === 0 && allEnded();
  }, performance.now() + sweepForMs);
  if (!released && stateDirectory !== '') {
    // A runner that was killed cannot remove what the processes kept; the logs beside it stay.
    rmSync(stateDirectory, { recursive: true, force: true });
  }
  process.exit(0);
}

function obey(line: string): void {
  if (ending) {
    return;
  }
  const command = JSON.parse(line) as LeashCommand;
  switch (command.type) {
    case 'spawn':
      spawnChild(command);
      return;
    case 'signal':
      signalChild(command);
      return;
    case 'release':
      released = true;
      return;
  }
}

// Only the protocol ends the leash: a signal meant for the runner must not cut its cleaning short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
  process.on(signal, () => undefined);
}
// The reader of the reports may be gone, which the end of input tells as well.
process.stdout.on('error', () => undefined);
process.on('uncaughtException', (error) => {
  process.stderr.write(`leash: ${error.stack ?? error.message}\n`);
  if (!ending) {
    void endEverything();
  }
});

const input = createInterface({ input: process.stdin });
input.on('line', obey);
input.once('close', () => {
  if (!ending) {
    void endEverything();
  }
});

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Leash, type ProcessSpecification } from './leashed-process.ts';
import { leftoversAfter, leftoversOf } from './testing/leftovers.ts';

const stubborn = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); console.log('stubborn'); setInterval(() => {}, 1000);`;
const patient = `console.log('patient'); setInterval(() => {}, 1000);`;
/** Its child leaves for a session of its own and ignores every polite signal. */
const parentOfDeserter = `
require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached: true, stdio: 'inherit' });
console.log('parent');
setInterval(() => {}, 1000);`;

let directory = '';
let runId = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rag-testbed-'));
  runId = `leash-${process.pid}-${Date.now()}`;
});
afterEach(async () => {
  expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  await rm(directory, { recursive: true });
});

function specification(id: string, source: string, environment: Record<string, string> = {}): ProcessSpecification {
  return {
    id,
    command: process.execPath,
    arguments: ['-e', source],
    environment: { RAG_TESTBED_RUN: runId, RAG_TESTBED_PART: id, ...environment },
    workingDirectory: directory,
    logFile: join(directory, `${id}.log`),
  };
}

async function startLeash(): Promise<Leash> {
  return Leash.start({ runId, stateDirectory: join(directory, 'state'), logFile: join(directory, 'leash.log') });
}

/** Resolves when the file contains the text. */
async function wrote(file: string, text: string): Promise<void> {
  await expect.poll(() => readFile(file, 'utf8'), { timeout: 10_000, interval: 20 }).toContain(text);
}

/** Starts a runner in a process of its own that starts the given sources on a leash, and prints their pids. */
async function startRunner(sources: Record<string, string>) {
  const file = join(directory, 'runner.ts');
  const leashed = new URL('./leashed-process.ts', import.meta.url).href;
  const specifications = Object.entries(sources).map(([id, source]) => specification(id, source));
  await writeFile(
    file,
    `import { Leash } from ${JSON.stringify(leashed)};
const leash = await Leash.start(${JSON.stringify({ runId, stateDirectory: join(directory, 'state'), logFile: join(directory, 'leash.log') })});
const pids = {};
for (const specification of ${JSON.stringify(specifications)}) {
  pids[specification.id] = (await leash.spawn(specification)).pid;
}
console.log(JSON.stringify({ leash: leash.pid, ...pids }));
setInterval(() => {}, 1000);`,
  );
  const runner = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: runner.stdout }).once('line', resolve);
    runner.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
  });
  return { pid: runner.pid ?? 0, pids: JSON.parse(line) as Record<string, number> };
}

describe('a leash whose runner is killed', () => {
  it('ends stopped, stubborn and deserting processes, and itself', async () => {
    const runner = await startRunner({ patient, stubborn, deserter: parentOfDeserter, stopped: stubborn });
    await Promise.all(['stubborn', 'stopped'].map((id) => wrote(join(directory, `${id}.log`), 'stubborn')));
    await wrote(join(directory, 'patient.log'), 'patient');
    await wrote(join(directory, 'deserter.log'), 'stubborn');
    process.kill(runner.pids.stopped ?? 0, 'SIGSTOP');
    // The runner, the leash, its four children and the deserter.
    expect(leftoversOf(runId, directory).filter((line) => !line.includes('runner.ts'))).toHaveLength(6);

    process.kill(-runner.pid, 'SIGKILL');

    expect(await leftoversAfter(runId, directory, 10_000)).toEqual([]);
  });

  it('finds a process of the run that nobody started through it', async () => {
    const runner = await startRunner({ patient });
    const stray = spawn(process.execPath, ['-e', stubborn], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { RAG_TESTBED_RUN: runId },
    });
    const ended = new Promise((resolve) => stray.once('exit', (_code, signal) => resolve(signal)));
    await new Promise((resolve) => stray.stdout.once('data', resolve));
    process.kill(-runner.pid, 'SIGKILL');
    expect(await ended).toBe('SIGKILL');
  });

  it('does not touch a stranger who works in the folder of the run', async () => {
    const stateDirectory = join(directory, 'state');
    await mkdir(stateDirectory);
    const runner = await startRunner({ patient });
    const stranger = spawn(process.execPath, ['-e', patient], { cwd: stateDirectory, stdio: ['ignore', 'pipe', 'inherit'], env: {} });
    const namesake = spawn(process.execPath, ['-e', patient], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { RAG_TESTBED_RUN: `${runId}-2` },
    });
    await Promise.all([stranger, namesake].map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
    process.kill(-runner.pid, 'SIGKILL');
    await expect
      .poll(() => leftoversOf(runId, directory), { timeout: 10_000 })
      .toEqual([expect.stringMatching(new RegExp(`^${stranger.pid} `))]);
    expect([stranger, namesake].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
    stranger.kill('SIGKILL');
    namesake.kill('SIGKILL');
  });

  it('is not ended itself by signals', async () => {
    await using leash = await startLeash();
    await leash.spawn(specification('first', patient));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      process.kill(leash.pid, signal);
    }
    const second = await leash.spawn(specification('second', patient));
    expect(leftoversOf(runId, directory).some((line) => line.startsWith(`${second.pid} `))).toBe(true);
  });
});

describe('a leashed process', () => {
  it('leads a session that is neither that of the runner nor that of the leash', async () => {
    await using leash = await startLeash();
    const child = await leash.spawn(specification('patient', patient));
    const [, , , , , session] = (await readFile(`/proc/${child.pid}/stat`, 'latin1')).split(' ');
    expect(Number(session)).toBe(child.pid);
  });

  it('tells how it ended and what it wrote last', async () => {
    await using leash = await startLeash();
    const child = await leash.spawn(specification('chatty', `for (let i = 1; i <= 50; i++) console.log('line', i); process.exitCode = 3;`));
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(await child.lastLines(2)).toEqual(['line 49', 'line 50']);
  });

  it('does not show what an earlier process wrote to the same log', async () => {
    await using leash = await startLeash();
    await (await leash.spawn(specification('chatty', `console.log('old')`))).exited;
    const child = await leash.spawn(specification('chatty', `console.log('new')`));
    await child.exited;
    expect(await child.lastLines(20)).toEqual(['new']);
    expect(await readFile(child.logFile, 'utf8')).toBe('old\nnew\n');
  });

  it('is killed with all its descendants when it does not end in time', async () => {
    await using leash = await startLeash();
    const child = await leash.spawn(specification('deserter', `process.on('SIGTERM', () => {});${parentOfDeserter}`));
    await wrote(child.logFile, 'stubborn');
    expect(await child.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => leftoversOf(runId, directory)).toEqual([expect.stringContaining('leash.ts')]);
  });

  it('can be stopped again after its end', async () => {
    await using leash = await startLeash();
    const child = await leash.spawn(specification('brief', ''));
    const exit = await child.exited;
    expect(await child.stop(0)).toEqual(exit);
  });

  it('cannot be one that does not exist', async () => {
    await using leash = await startLeash();
    await expect(leash.spawn({ ...specification('ghost', ''), command: '/nowhere/ghost' })).rejects.toMatchObject({
      code: 'process_not_started',
      exitCode: 75,
      message: expect.stringContaining('ghost could not be started'),
      hint: expect.stringContaining('ENOENT for /nowhere/ghost'),
    });
  });
});

describe('a leash that is lost', () => {
  it('takes its processes with it, and starts no more', async () => {
    await using leash = await startLeash();
    const child = await leash.spawn(specification('patient', patient));
    process.kill(leash.pid, 'SIGKILL');
    await child.exited;
    await expect(leash.spawn(specification('late', patient))).rejects.toMatchObject({ code: 'leash_lost' });
    expect(await leftoversAfter(runId, directory, 5000)).toEqual([]);
  });
});

describe('closing a leash', () => {
  it('leaves alone what the runner started for itself', async () => {
    const own = spawn(process.execPath, ['-e', patient], { stdio: ['ignore', 'pipe', 'inherit'], env: { RAG_TESTBED_RUN: runId } });
    await new Promise((resolve) => own.stdout.once('data', resolve));
    const leash = await startLeash();
    await leash.spawn(specification('patient', patient));
    await leash.close();
    expect(leftoversOf(runId, directory)).toEqual([expect.stringMatching(new RegExp(`^${own.pid} `))]);
    own.kill('SIGKILL');
  });
});

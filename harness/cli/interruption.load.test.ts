import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resultSchema } from '../contract/result.ts';
import { leftoversAfter, leftoversOf } from '../platform/local/testing/leftovers.ts';
import { processEnvironments } from './testing/process-environments.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const moments = ['start', 'fill', 'step'] as const;

let directory = '';
let runner: ChildProcess;
let errors = '';

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'rag-testbed-interruption-'));
});
afterEach(async () => {
  runner.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** Starts a smoke run and resolves when the runner writes its first event of a type that belongs to a variant. */
async function startUntil(moment: (typeof moments)[number]): Promise<string> {
  const out = path.join(directory, 'out');
  errors = '';
  runner = spawn(
    process.execPath,
    ['--import', 'tsx', main, 'single-vs-sharded', '--profile', 'smoke', '--platform', 'local', '--out', out],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A process group of its own, as a terminal gives to the foreground: Ctrl-C reaches everybody in it.
      detached: true,
    },
  );
  runner.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const events = path.join(out, 'events.jsonl');
  await expect
    .poll(async () => (existsSync(events) ? await readFile(events, 'utf8') : ''), { timeout: 60_000, interval: 20 })
    .toMatch(new RegExp(`"type":"${moment}","variant"`));
  const plan = JSON.parse(await readFile(path.join(out, 'plan.json'), 'utf8')) as { runId: string };
  return plan.runId;
}

/** The ports that the processes of a run were told to listen on. */
function portsOf(runId: string): number[] {
  const variables = ['PORT', 'QDRANT__SERVICE__HTTP_PORT'];
  return [
    ...new Set(processEnvironments(runId).flatMap((environment) => variables.flatMap((name) => Number(environment.get(name) ?? []) || []))),
  ];
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function listening(ports: readonly number[]): Promise<number[]> {
  const open = await Promise.all(ports.map(answers));
  return ports.filter((_, index) => open[index] === true);
}

/** As Ctrl-C and `kill -9 -<group>` do: the runner and every helper of its group. */
function signalGroup(signal: NodeJS.Signals): void {
  process.kill(-(runner.pid ?? 0), signal);
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });

const linuxOnly = process.platform === 'linux' ? describe : describe.skip;

linuxOnly('an interrupted run (counted through /proc, so on Linux only)', () => {
  it.each(moments)('ends in order on SIGINT during %s: exit 130, a partial report, nothing left within 10 s', async (moment) => {
    const runId = await startUntil(moment);
    const ports = portsOf(runId);
    const ended = exitOf(runner);
    const interruptedAt = performance.now();
    signalGroup('SIGINT');
    expect(await ended, errors).toBe(130);
    expect(performance.now() - interruptedAt).toBeLessThan(10_000);
    expect(leftoversOf(runId, directory)).toEqual([]);
    expect(await listening(ports)).toEqual([]);
    const result = resultSchema.parse(JSON.parse(await readFile(path.join(directory, 'out', 'result.json'), 'utf8')));
    expect(result).toMatchObject({ status: 'partial', partialReason: 'interrupted by SIGINT', validity: { verdict: 'invalid' } });
    expect(await readFile(path.join(directory, 'out', 'report.html'), 'utf8')).toContain('PARTIAL');
    expect(existsSync(path.join(directory, 'out', 'summary.md'))).toBe(true);
  });

  it.each(moments)('leaves nothing within 15 s of a SIGKILL during %s', async (moment) => {
    const runId = await startUntil(moment);
    const ports = portsOf(runId);
    signalGroup('SIGKILL');
    expect(await leftoversAfter(runId, directory, 15_000)).toEqual([]);
    expect(await listening(ports)).toEqual([]);
    expect(existsSync(path.join(directory, 'out', 'state'))).toBe(false);
  });
});

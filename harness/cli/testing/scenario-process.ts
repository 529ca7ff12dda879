import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { outputOf } from './child-output.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface ScenarioProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the run's id when `events.jsonl` has an event of that type which belongs to a variant. */
  until(type: 'start' | 'fill' | 'step'): Promise<string>;
  /** Signals the runner and every helper of its group, as Ctrl-C at a terminal does. */
  signal(signal: NodeJS.Signals): void;
}

/** Runs the command line in a process group of its own, as a terminal does with what it has in the foreground. */
export function startScenario(out: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): ScenarioProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...words, '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...environment },
  });
  return {
    process: child,
    ...outputOf(child),
    async until(type) {
      const events = path.join(out, 'events.jsonl');
      const written = async () => (existsSync(events) ? readFile(events, 'utf8') : '');
      await expect.poll(written, { timeout: 90_000, interval: 20 }).toMatch(new RegExp(`"type":"${type}","variant"`));
      return (JSON.parse(await readFile(path.join(out, 'plan.json'), 'utf8')) as { runId: string }).runId;
    },
    signal: (signal) => process.kill(-(child.pid ?? 0), signal),
  };
}

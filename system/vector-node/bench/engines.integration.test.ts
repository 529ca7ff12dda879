import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';

const engines = new URL('./engines.ts', import.meta.url).href;
/** Starts an engine, tells its address and waits for ever. */
const script = `
  const { startEmbedded } = await import(${JSON.stringify(engines)});
  console.log((await startEmbedded()).url);
  setInterval(() => undefined, 1000);
`;

test.each(['SIGINT', 'SIGTERM'] as const)('a benchmark that is ended by %s leaves no process and no files', async (signal) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-signal-'));
  const bench = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = (await once(createInterface(bench.stdout), 'line')) as [string];
    expect((await fetch(`${url}/readyz`)).ok).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);

    const exit = once(bench, 'exit');
    bench.kill(signal);

    expect(await exit).toEqual([128 + constants.signals[signal], null]);
    await vi.waitFor(() => expect(fetch(`${url}/readyz`)).rejects.toThrow());
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    bench.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

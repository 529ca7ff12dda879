import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { realTimeCommand } from '../real-time.ts';

const truthSchema = z.strictObject({
  arrivalsMs: z.array(z.number()),
  stalls: z.array(z.strictObject({ startMs: z.number(), endMs: z.number() })),
  /** How much later than asked the server's timers fired: what the machine, not the model, added. */
  timerLatenessMs: z.array(z.number()),
});
export type Truth = z.infer<typeof truthSchema>;

export interface StallingServer extends AsyncDisposable {
  readonly port: number;
  readonly serviceMs: number;
  /** What happened since the last call. */
  take(): Promise<Truth>;
}

/**
 * Starts `stalling-server.ts` in its own process, under real-time scheduling where that is permitted, so that a busy machine
 * changes its model as little as possible; `stallMs` 0 never stalls.
 */
export async function startStallingServer(serviceMs: number, stallMs = 0, stallEveryMs = 0): Promise<StallingServer> {
  const { command, parameters } = realTimeCommand(process.execPath, [fileURLToPath(new URL('./stalling-server.ts', import.meta.url))]);
  const child = spawn(command, parameters, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SERVICE_MS: String(serviceMs), STALL_MS: String(stallMs), STALL_EVERY_MS: String(stallEveryMs) },
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const port = Number(line);
  return {
    port,
    serviceMs,
    take: async () => truthSchema.parse(await (await fetch(`http://127.0.0.1:${port}/take`)).json()),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Response times in ms of jobs intended at the given moments (ms since 1970), by the server's own model. */
export function modelledResponsesMs(intendedMs: readonly number[], serviceMs: number, stalls: Truth['stalls']): number[] {
  return intendedMs.map((startMs) => {
    const readyMs = startMs + serviceMs;
    const stall = stalls.find(({ startMs: from, endMs }) => readyMs >= from && readyMs < endMs);
    return (stall?.endMs ?? readyMs) - startMs;
  });
}

/** Nearest-rank percentile. */
export function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length)) - 1] ?? Number.NaN;
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { realTimeCommand } from '../load/real-time.ts';

/** What a load generator did in one window. */
export interface PeerRun {
  readonly requests: number;
  readonly seconds: number;
  /** Of all its processes; absent where it does not tell. */
  readonly cpuSeconds: number;
}

export interface PeerLoad {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Other generators that a machine may have. */
export type Peer = 'wrk' | 'wrk2' | 'k6';

const versionFlag: Record<Peer, string> = { wrk: '-v', wrk2: '-v', k6: 'version' };

/** Whether a program is on the PATH. */
export function isInstalled(peer: Peer): boolean {
  return spawnSync(peer, [versionFlag[peer]], { stdio: 'ignore' }).error === undefined;
}

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const urlOf = (port: number) => `http://127.0.0.1:${port}/`;

function failed(what: string, output: string): Failure {
  return new Failure('environment', 'peer_failed', `${what} did not measure anything; it wrote: ${output.trim().slice(-400)}`);
}

/** Runs a program under the scheduling of our own generator, so that a busy machine is the same for all of them, and gives its output. */
async function run(program: string, parameters: readonly string[], signal: AbortSignal): Promise<{ output: string; errors: string }> {
  const { command, parameters: all } = realTimeCommand(program, parameters);
  const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { output, errors };
}

/** The cheap target in its own process. */
export async function startTarget(): Promise<AsyncDisposable & { readonly port: number }> {
  const { command, parameters } = realTimeCommand(process.execPath, [fileOf('./load-target.ts')]);
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    port: Number(line),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

const bareSchema = z.strictObject({ requests: z.number().positive(), failures: z.number(), seconds: z.number(), cpuSeconds: z.number() });

/** autocannon as it comes, in a closed loop: as many requests as its connections bring answers. */
export async function bareAutocannon({ port, connections, seconds }: PeerLoad, signal: AbortSignal): Promise<PeerRun> {
  const parameters = [fileOf('./bare-autocannon.ts'), urlOf(port), String(connections), String(seconds)];
  const { output, errors } = await run(process.execPath, parameters, signal);
  const parsed = bareSchema.safeParse(output === '' ? undefined : JSON.parse(output));
  if (!parsed.success) {
    throw failed('bare autocannon', output + errors);
  }
  return parsed.data;
}

/** `0m0.090000s 0m1.210000s`, the second line that the shell's `times` prints: user and system time of what it ran. */
function childSeconds(output: string): number {
  const line = output.trim().split('\n').at(-1) ?? '';
  const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds));
  return times.reduce((sum, each) => sum + each, 0);
}

/** Runs a program by a shell that tells its CPU time afterwards, which no library of Node does. */
async function timed(words: readonly string[], signal: AbortSignal): Promise<{ output: string; cpuSeconds: number }> {
  const { output, errors } = await run('sh', ['-c', '"$@"; times', 'sh', ...words], signal);
  return { output: output + errors, cpuSeconds: childSeconds(output) };
}

async function wrkLike(
  peer: 'wrk' | 'wrk2',
  flags: readonly string[],
  { port, connections, seconds }: PeerLoad,
  signal: AbortSignal,
): Promise<PeerRun> {
  const words = [peer, '-t1', `-c${connections}`, `-d${seconds}s`, ...flags, urlOf(port)];
  const { output, cpuSeconds } = await timed(words, signal);
  const [, requests] = /(\d+) requests in/.exec(output) ?? [];
  if (requests === undefined) {
    throw failed(peer, output);
  }
  return { requests: Number(requests), seconds, cpuSeconds };
}

/** wrk in a closed loop, one thread. */
export const wrk = (load: PeerLoad, signal: AbortSignal): Promise<PeerRun> => wrkLike('wrk', [], load, signal);

/** wrk2 in an open loop, one thread. */
export const wrk2 = (load: PeerLoad & { readonly ratePerSecond: number }, signal: AbortSignal): Promise<PeerRun> =>
  wrkLike('wrk2', [`-R${load.ratePerSecond}`], load, signal);

/** k6 in an open loop. */
export async function k6(
  load: PeerLoad & { readonly ratePerSecond: number; readonly folder: string },
  signal: AbortSignal,
): Promise<PeerRun> {
  const { port, connections, seconds, ratePerSecond, folder } = load;
  const scenario = {
    executor: 'constant-arrival-rate',
    rate: ratePerSecond,
    timeUnit: '1s',
    duration: `${seconds}s`,
    preAllocatedVUs: connections,
  };
  const script = path.join(folder, 'k6.js');
  await writeFile(
    script,
    `import http from 'k6/http';\nexport const options = ${JSON.stringify({ scenarios: { open: scenario } })};\nexport default () => { http.get('${urlOf(port)}'); };\n`,
  );
  const { output, cpuSeconds } = await timed(['k6', 'run', '--quiet', script], signal);
  const [, requests] = /http_reqs\.*:\s+(\d+)/.exec(output) ?? [];
  if (requests === undefined) {
    throw failed('k6', output);
  }
  return { requests: Number(requests), seconds, cpuSeconds };
}

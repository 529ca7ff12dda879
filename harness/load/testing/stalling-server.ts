import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * A server of known response times, a process of its own. Each request takes SERVICE_MS; every STALL_EVERY_MS the server
 * holds all answers back for STALL_MS. The truth about any schedule follows from that and the moments at which it really
 * stalled: `GET /take` gives them and the arrivals, ms since 1970, and how late its own timers were, and forgets them.
 * It prints its port and ends with its standard input.
 */
const serviceMs = Number(process.env.SERVICE_MS);
const stallMs = Number(process.env.STALL_MS);
const stallEveryMs = Number(process.env.STALL_EVERY_MS);

const now = () => performance.timeOrigin + performance.now();
let arrivalsMs: number[] = [];
let stalls: { startMs: number; endMs: number }[] = [];
let timerLatenessMs: number[] = [];
let held: (() => void)[] | undefined;

function stall(): void {
  held = [];
  const startMs = now();
  setTimeout(() => {
    const waiting = held ?? [];
    held = undefined;
    stalls.push({ startMs, endMs: now() });
    for (const answer of waiting) {
      answer();
    }
  }, stallMs);
}

const server = createServer((request, response) => {
  if (request.url === '/take') {
    response.end(JSON.stringify({ arrivalsMs, stalls, timerLatenessMs }));
    [arrivalsMs, stalls, timerLatenessMs] = [[], [], []];
    return;
  }
  const arrivedMs = now();
  arrivalsMs.push(arrivedMs);
  setTimeout(() => {
    timerLatenessMs.push(now() - arrivedMs - serviceMs);
    const answer = () => response.end('{}');
    if (held === undefined) {
      answer();
    } else {
      held.push(answer);
    }
  }, serviceMs);
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
if (stallMs > 0) {
  setInterval(stall, stallEveryMs);
}
process.stdin.on('end', () => process.exit(0)).resume();

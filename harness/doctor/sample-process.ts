import { existsSync, readFileSync } from 'node:fs';
import { runsInRealTime } from '../load/real-time.ts';
import { type CpuTimes, cpuShares, parseCpuTimes } from '../measurement/cpu-times.ts';
import { type MeasuredSample, summariseLateness } from './sample.ts';

/** A process of its own, scheduled as the load generator would be, so that the doctor's own work is not measured. */
const ticks = 800;
const tickMs = 1;
const edges = 3;

/**
 * Wall clock minus monotonic clock. Date.now() counts whole milliseconds, so that it is read at the moment when it steps; a
 * process that was put aside at that moment sees the step late, therefore the earliest of several counts.
 */
function clockOffsetMs(): number {
  let latestMs = Number.NEGATIVE_INFINITY;
  for (let edge = 0; edge < edges; edge++) {
    const before = Date.now();
    let now = before;
    while (now === before) {
      now = Date.now();
    }
    latestMs = Math.max(latestMs, now - performance.now());
  }
  return latestMs;
}

function cpuTimes(): CpuTimes | undefined {
  return existsSync('/proc/stat') ? parseCpuTimes(readFileSync('/proc/stat', 'latin1')) : undefined;
}

const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const offsetBeforeMs = clockOffsetMs();
const cpuBefore = cpuTimes();
const startedMs = performance.now();
const latenessMs: number[] = [];
for (let tick = 1; tick <= ticks; tick++) {
  const dueMs = startedMs + tick * tickMs;
  let nowMs = performance.now();
  while (nowMs < dueMs) {
    // As the generator sleeps: to an absolute time, so that a late wake does not delay the next.
    Atomics.wait(signal, 0, 0, dueMs - nowMs);
    nowMs = performance.now();
  }
  latenessMs.push(nowMs - dueMs);
}
const elapsedMs = performance.now() - startedMs;
const cpuAfter = cpuTimes();
const sample: MeasuredSample = {
  elapsedMs,
  realTimeScheduling: runsInRealTime(),
  timer: summariseLateness(latenessMs),
  clocksApartMs: clockOffsetMs() - offsetBeforeMs,
  cpu: cpuBefore && cpuAfter && cpuShares(cpuBefore, cpuAfter),
};
process.stdout.write(JSON.stringify(sample));

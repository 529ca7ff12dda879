import { parentPort, workerData } from 'node:worker_threads';
import { alarmIndex, noAlarm, stopIndex, type TickerSettings, tickIndex } from './ticker-signal.ts';

/**
 * Sleeps in `Atomics.wait` until the next job is due and wakes the I/O thread. A thread of its own wakes within a
 * fraction of a millisecond where a timer of a busy event loop would be late by more than one.
 */
const { source, signal, minimumGapUs } = workerData as TickerSettings;

function wake(): void {
  Atomics.add(signal, tickIndex, 1);
  Atomics.notify(signal, tickIndex);
}

function followSchedule(offsetsUs: Float64Array, elapsedUs: () => number): void {
  let lastWakeUs = Number.NEGATIVE_INFINITY;
  let next = 0;
  while (next < offsetsUs.length) {
    const wakeAtUs = Math.max(offsetsUs[next] as number, lastWakeUs + minimumGapUs);
    let nowUs = elapsedUs();
    while (nowUs < wakeAtUs) {
      if (Atomics.wait(signal, stopIndex, 0, (wakeAtUs - nowUs) / 1000) !== 'timed-out') {
        return;
      }
      nowUs = elapsedUs();
    }
    while (next < offsetsUs.length && (offsetsUs[next] as number) <= nowUs) {
      next += 1;
    }
    lastWakeUs = nowUs;
    wake();
  }
}

function followAlarm(dueUs: BigInt64Array, elapsedUs: () => number): void {
  let lastWakeUs = Number.NEGATIVE_INFINITY;
  while (Atomics.load(signal, stopIndex) === 0) {
    // Read before the alarm: one that is set in between is not slept through.
    const seen = Atomics.load(signal, alarmIndex);
    const due = Atomics.load(dueUs, 0);
    const waitUs = due === noAlarm ? Number.POSITIVE_INFINITY : Math.max(Number(due), lastWakeUs + minimumGapUs) - elapsedUs();
    if (waitUs > 0) {
      Atomics.wait(signal, alarmIndex, seen, waitUs / 1000);
      continue;
    }
    lastWakeUs = elapsedUs();
    wake();
    Atomics.wait(signal, alarmIndex, seen);
  }
}

parentPort?.once('message', (epochNs: bigint) => {
  const elapsedUs = () => Number(process.hrtime.bigint() - epochNs) / 1000;
  if (source.kind === 'schedule') {
    followSchedule(source.offsetsUs, elapsedUs);
  } else {
    followAlarm(source.dueUs, elapsedUs);
  }
});
parentPort?.postMessage('ready');

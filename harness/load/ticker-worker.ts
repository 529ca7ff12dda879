import { parentPort, workerData } from 'node:worker_threads';
import { stopIndex, type TickerSettings, tickIndex } from './ticker-signal.ts';

/**
 * Sleeps in `Atomics.wait` until the next job is due and wakes the I/O thread. A thread of its own wakes within a
 * fraction of a millisecond where a timer of a busy event loop would be late by more than one.
 */
const { offsetsUs, signal, minimumGapUs } = workerData as TickerSettings;

parentPort?.once('message', (epochNs: bigint) => {
  const elapsedUs = () => Number(process.hrtime.bigint() - epochNs) / 1000;
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
    Atomics.add(signal, tickIndex, 1);
    Atomics.notify(signal, tickIndex);
  }
});
parentPort?.postMessage('ready');

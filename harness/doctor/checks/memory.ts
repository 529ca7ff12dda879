import os from 'node:os';
import type { Check } from '../check.ts';
import { memory as memoryText } from '../units.ts';

/** Two variants of six Node processes and a database, at about 100 MB each, run side by side in the smallest scenario. */
const comfortableBytes = 2 * 1024 ** 3;
/** Below this not even one variant fits. */
const neededBytes = 512 * 1024 ** 2;

/** How much memory is there, and how much of it is free? */
export const memory: Check = {
  id: 'memory',
  title: 'memory',
  group: 'machine',
  why: 'variants run side by side, and swapping invalidates what it touches',
  look: () => {
    // On Linux libuv answers MemAvailable, which counts caches that would be given up.
    const totalBytes = os.totalmem();
    const availableBytes = os.freemem();
    const values = { totalBytes, availableBytes };
    const observed = `${memoryText(availableBytes)} of ${memoryText(totalBytes)} available`;
    if (availableBytes < neededBytes) {
      return { status: 'lack', observed, values, blocks: ['docker', 'local'] };
    }
    return { status: availableBytes < comfortableBytes ? 'warn' : 'ok', observed, values };
  },
};

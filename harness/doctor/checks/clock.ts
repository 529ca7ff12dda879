import type { Check } from '../check.ts';
import { milliseconds } from '../units.ts';

/** NTP slews by at most 500 ppm, half a millisecond in a second: what is more is a step. */
const stepMs = 1;
const sourceFile = '/sys/devices/system/clocksource/clocksource0/current_clocksource';

/** Do wall clock and monotonic clock advance alike? */
export const clock: Check = {
  id: 'clock',
  title: 'clocks',
  group: 'time',
  why: 'events of several processes are put in order by wall time',
  look: ({ sample, read, isRoot, system }) => {
    if ('failure' in sample) {
      return { status: 'unknown', observed: `unknown: ${sample.failure}` };
    }
    const { clocksApartMs, elapsedMs } = sample;
    const source = read(sourceFile)?.trim();
    const observed = `${milliseconds(Math.abs(clocksApartMs))} apart after ${milliseconds(elapsedMs)}${source === undefined ? '' : `; source ${source}`}`;
    const values = { clocksApartMs, elapsedMs, ...(source === undefined ? {} : { source }) };
    if (Math.abs(clocksApartMs) <= stepMs) {
      return { status: 'ok', observed, values };
    }
    return { status: 'warn', observed, values, ...(system === 'linux' ? { fix: `${isRoot ? '' : 'sudo '}timedatectl set-ntp true` } : {}) };
  },
};

import type { Check } from '../check.ts';
import { milliseconds } from '../units.ts';

/** The least lag p99 beyond which a run is judged invalid. */
const limitMs = 2;

/** How late does a timer of 1 ms fire, under the scheduling that the load generator gets? */
export const timer: Check = {
  id: 'timer',
  title: '1 ms timer',
  group: 'time',
  why: `a run whose generator fires later than ${limitMs} ms at p99 may be invalid`,
  look: ({ sample }) => {
    if ('failure' in sample) {
      return { status: 'unknown', observed: `unknown: ${sample.failure}` };
    }
    const { p50Ms, p99Ms, maximumMs, ticks } = sample.timer;
    const scheduling = sample.realTimeScheduling ? 'real-time scheduling' : 'ordinary scheduling';
    return {
      status: p99Ms > limitMs ? 'warn' : 'ok',
      observed: `late by p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}, at most ${milliseconds(maximumMs)}; ${scheduling}`,
      values: { p50Ms, p99Ms, maximumMs, ticks, realTimeScheduling: sample.realTimeScheduling },
    };
  },
};

import os from 'node:os';
import { type Check, unknown } from '../check.ts';
import { percent } from '../units.ts';

const highStealShare = 0.02;
const highBusyShare = 0.2;

/** Does a hypervisor take time away from this machine? */
export const cpuSteal: Check = {
  id: 'cpu-steal',
  title: 'CPU steal',
  group: 'time',
  why: 'time that a neighbour takes looks like a slow system',
  look: (scene) => {
    const { sample } = scene;
    if ('failure' in sample || sample.cpu === undefined) {
      return 'failure' in sample ? { status: 'unknown', observed: `unknown: ${sample.failure}` } : unknown(scene, '/proc/stat');
    }
    const { stealShare } = sample.cpu;
    return { status: stealShare > highStealShare ? 'warn' : 'ok', observed: percent(stealShare), values: { stealShare } };
  },
};

/** Is the machine idle but for us? */
export const cpuLoad: Check = {
  id: 'cpu-load',
  title: 'CPU load by others',
  group: 'time',
  why: 'what else runs here is measured with the system',
  look: (scene) => {
    const { sample } = scene;
    if ('failure' in sample || sample.cpu === undefined) {
      return 'failure' in sample ? { status: 'unknown', observed: `unknown: ${sample.failure}` } : unknown(scene, '/proc/stat');
    }
    const { busyShare } = sample.cpu;
    const loadAverage1Minute = os.loadavg()[0] ?? 0;
    return {
      status: busyShare > highBusyShare ? 'warn' : 'ok',
      observed: `${percent(busyShare)} of all cores busy, load average ${loadAverage1Minute.toFixed(2)}`,
      values: { busyShare, loadAverage1Minute },
    };
  },
};

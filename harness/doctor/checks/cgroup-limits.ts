import os from 'node:os';
import { join } from 'node:path';
import { cpuGroupFolders } from '../../load/cgroup-throttling.ts';
import { type Check, type Scene, unknown } from '../check.ts';
import { cores, memory } from '../units.ts';

const comfortableBytes = 2 * 1024 ** 3;

/** Cores that one group grants: version 2 has `cpu.max`, version 1 a quota and a period in µs. Undefined without a limit. */
function coresOf(folder: string, read: Scene['read']): number | undefined {
  const [quota, period] = read(join(folder, 'cpu.max'))?.trim().split(' ') ?? [
    read(join(folder, 'cpu.cfs_quota_us'))?.trim(),
    read(join(folder, 'cpu.cfs_period_us'))?.trim(),
  ];
  const granted = Number(quota) / Number(period);
  return granted > 0 ? granted : undefined;
}

/** The tightest CPU limit of the groups that this process is in. */
export function grantedCores(read: Scene['read']): number | undefined {
  const granted = cpuGroupFolders(read('/proc/self/cgroup') ?? '')
    .map((folder) => coresOf(folder, read))
    .filter((count) => count !== undefined);
  return granted.length === 0 ? undefined : Math.min(...granted);
}

/** Is this process itself limited, as in a container or a CI job? */
export const cpuLimit: Check = {
  id: 'cpu-limit',
  title: 'own CPU limit',
  group: 'machine',
  why: 'a load generator that is throttled makes a run invalid',
  look: (scene) => {
    if (scene.read('/proc/self/cgroup') === undefined) {
      return unknown(scene, '/proc/self/cgroup');
    }
    const granted = grantedCores(scene.read);
    return granted === undefined
      ? { status: 'ok', observed: 'none' }
      : { status: 'warn', observed: `${cores(granted)} of ${os.cpus().length}`, values: { cores: granted } };
  },
};

/** Which memory limit holds for this process? */
export const memoryLimit: Check = {
  id: 'memory-limit',
  title: 'own memory limit',
  group: 'machine',
  why: 'runner, generator and local processes share it, and the kernel ends what exceeds it',
  look: () => {
    const limitBytes = process.constrainedMemory();
    // 0 where the system has no such limits, and a number beyond all memory where none is set.
    if (limitBytes === 0 || limitBytes >= os.totalmem()) {
      return { status: 'ok', observed: 'none' };
    }
    return { status: limitBytes < comfortableBytes ? 'warn' : 'ok', observed: memory(limitBytes), values: { limitBytes } };
  },
};

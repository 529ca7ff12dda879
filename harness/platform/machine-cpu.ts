import { readFileSync } from 'node:fs';
import { parseCpuTimes } from '../measurement/cpu-times.ts';
import type { MachineCpu } from '../measurement/machine-use.ts';
import { readProcessTable, withDescendants } from './local/process-table.ts';

function statText(): string {
  try {
    return readFileSync('/proc/stat', 'latin1');
  } catch {
    // Only Linux has /proc; elsewhere nobody knows what others use.
    return '';
  }
}

/**
 * The CPU of the machine now, and how much of it this process, `ownPids` and all their descendants have used. Undefined where it
 * cannot be known: without /proc, or when one of the pids is not among the processes that this one sees, because it runs in another
 * machine or name space.
 */
export function readMachineCpu(ownPids: readonly number[], stat = statText(), table = readProcessTable()): MachineCpu | undefined {
  const times = parseCpuTimes(stat);
  const pids = [process.pid, ...ownPids];
  const seen = new Set(table.map(({ pid }) => pid));
  return times === undefined || pids.some((pid) => !seen.has(pid))
    ? undefined
    : { times, ownTicks: withDescendants(pids, table).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) };
}

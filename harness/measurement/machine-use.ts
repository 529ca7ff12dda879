import { type CpuTimes, cpuShares } from './cpu-times.ts';

/** The CPU of the machine at one moment, and how much of it was used by what this run started, the runner and the generator included. */
export interface MachineCpu {
  readonly times: CpuTimes;
  /** In the unit of `times`. */
  readonly ownTicks: number;
}

/** Shares of all that the cores could have done in a window. */
export interface MachineUse {
  /** Used by processes that have nothing to do with the run. */
  readonly foreignShare: number;
  /** Taken by the hypervisor. */
  readonly stealShare: number;
}

/**
 * What others took of the machine between two looks; undefined when no time passed. Interrupts are nobody's: on a machine that
 * measures itself most of them are its own traffic. A process of ours that ended without being reaped takes its time with it, which
 * may make others look busier than they were by what it had used.
 */
export function machineUse(before: MachineCpu, after: MachineCpu): MachineUse | undefined {
  const shares = cpuShares(before.times, after.times);
  const total = after.times.total - before.times.total;
  const own = Math.max(0, after.ownTicks - before.ownTicks);
  return (
    shares && { foreignShare: Math.max(0, after.times.processes - before.times.processes - own) / total, stealShare: shares.stealShare }
  );
}

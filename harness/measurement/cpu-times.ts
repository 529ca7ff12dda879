/** Ticks since the machine started, summed over its cores. */
export interface CpuTimes {
  readonly busy: number;
  /** That of processes: `busy` without interrupts, which serve whoever sends and receives. */
  readonly processes: number;
  readonly steal: number;
  readonly total: number;
}

/**
 * The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in `user`
 * already. Undefined when it is not that line.
 */
export function parseCpuTimes(stat: string): CpuTimes | undefined {
  const fields = /^cpu +([\d ]+)$/m.exec(stat)?.[1]?.split(' ').map(Number);
  if (fields === undefined || fields.length < 8) {
    return undefined;
  }
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  const processes = user + nice + system;
  const busy = processes + irq + softirq;
  return { busy, processes, steal, total: busy + idle + iowait + steal };
}

/** Shares of the machine's time between two readings; undefined when no time passed. */
export function cpuShares(before: CpuTimes, after: CpuTimes): { readonly busyShare: number; readonly stealShare: number } | undefined {
  const total = after.total - before.total;
  return total <= 0 ? undefined : { busyShare: (after.busy - before.busy) / total, stealShare: (after.steal - before.steal) / total };
}

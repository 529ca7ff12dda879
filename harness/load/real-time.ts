import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const schedFifo = 1;
/** Below the kernel's own real-time threads, above everything ordinary. */
const priority = '10';

/** The command prefix that puts a process under SCHED_FIFO, or an empty one where that is missing or not permitted. */
export function realTimePrefix(): string[] {
  if (process.platform !== 'linux') {
    return [];
  }
  const prefix = ['chrt', '-f', priority];
  return spawnSync('chrt', ['-f', priority, 'true'], { stdio: 'ignore' }).status === 0 ? prefix : [];
}

/** Whether this process really runs under SCHED_FIFO, read from the kernel and not from what was asked for. */
export function runsInRealTime(): boolean {
  if (process.platform !== 'linux') {
    return false;
  }
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The second field is the command in parentheses and may hold spaces; `policy` is field 41 of proc(5).
  const fieldsFromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fieldsFromThird[41 - 3]) === schedFifo;
}

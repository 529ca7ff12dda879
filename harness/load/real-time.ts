import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const schedFifo = 1;
/** Below the kernel's own real-time threads, above everything ordinary. */
const priority = '10';

/** A program with its parameters, put under SCHED_FIFO where `chrt` is there and permitted, otherwise as it is. */
export function realTimeCommand(program: string, parameters: readonly string[]): { command: string; parameters: string[] } {
  const chrt = ['-f', priority];
  const permitted = process.platform === 'linux' && spawnSync('chrt', [...chrt, 'true'], { stdio: 'ignore' }).status === 0;
  return permitted ? { command: 'chrt', parameters: [...chrt, program, ...parameters] } : { command: program, parameters: [...parameters] };
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

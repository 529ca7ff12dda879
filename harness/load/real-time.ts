import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const schedFifo = 1;
const schedRoundRobin = 2;
/** Below the kernel's own real-time threads, above everything ordinary. */
const priority = '10';

/**
 * A program with its parameters, put under SCHED_RR where `chrt` is there and permitted, otherwise as it is. Not under SCHED_FIFO: a
 * busy thread there never makes room for its equals, and as many such processes as there are cores wait for their own helper threads
 * for ever, with the whole machine. Several `processes` at a time are put under it only while they leave a core to all others.
 */
export function realTimeCommand(program: string, parameters: readonly string[], processes = 1): { command: string; parameters: string[] } {
  const chrt = ['-r', priority];
  const leavesCore = processes === 1 || processes < availableParallelism();
  const permitted = process.platform === 'linux' && leavesCore && spawnSync('chrt', [...chrt, 'true'], { stdio: 'ignore' }).status === 0;
  return permitted ? { command: 'chrt', parameters: [...chrt, program, ...parameters] } : { command: program, parameters: [...parameters] };
}

/** Whether this process really runs under SCHED_RR or SCHED_FIFO, read from the kernel and not from what was asked for. */
export function runsInRealTime(): boolean {
  if (process.platform !== 'linux') {
    return false;
  }
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The second field is the command in parentheses and may hold spaces; `policy` is field 41 of proc(5).
  const fieldsFromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [schedFifo, schedRoundRobin].includes(Number(fieldsFromThird[41 - 3]));
}

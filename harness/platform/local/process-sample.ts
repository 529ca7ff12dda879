import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Tier } from '../../contract/topology.ts';
import type { ProcessSample } from '../platform.ts';
import { readProcessFile, readProcessTable, withDescendants } from './process-table.ts';

const run = promisify(execFile);
/** The unit of /proc's CPU times, fixed by the kernel's interface on every architecture that Node runs on. */
const ticksPerSecond = 100;
const bytesPerKilobyte = 1024;

/** A process of the system under test whose descendants count as its own. */
export interface SampledPart {
  readonly tier: Tier;
  readonly id: string;
  readonly pid: number;
}

/** A line such as `Pss:   932 kB` of a file of /proc, in bytes. */
export function kilobyteField(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * bytesPerKilobyte;
}

/** PostgreSQL's processes share their buffers, which their resident sizes would count once per process. */
function residentBytes(tier: Tier, pid: number): number | undefined {
  const proportional = tier === 'postgres' ? kilobyteField(readProcessFile(pid, 'smaps_rollup'), 'Pss') : undefined;
  return proportional ?? kilobyteField(readProcessFile(pid, 'status'), 'VmRSS');
}

/** The sum of what is known; absent when nothing is. */
function sumOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function withResident(sample: Omit<ProcessSample, 'residentBytes'>, bytes: number | undefined): ProcessSample {
  return bytes === undefined ? sample : { ...sample, residentBytes: bytes };
}

/**
 * Each process counts its own time and that of children that have ended, so that the sum over the living loses nothing
 * when one ends.
 */
function sampleFromProc(parts: readonly SampledPart[]): ProcessSample[] {
  const table = readProcessTable();
  return parts.flatMap(({ tier, id, pid }) => {
    const rows = withDescendants([pid], table);
    if (rows[0]?.pid !== pid || rows[0].state === 'Z') {
      return [];
    }
    // A zombie has no memory, but its time is nobody else's until its parent has reaped it.
    const cpuSeconds = rows.reduce((sum, row) => sum + row.cpuTicks, 0) / ticksPerSecond;
    return [withResident({ tier, id, pid, cpuSeconds }, sumOfKnown(rows.map((row) => residentBytes(tier, row.pid))))];
  });
}

interface PsRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** CPU time as `ps` prints it, `[[days-]hours:]minutes:seconds[.hundredths]`, in seconds. */
export function parsePsTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  return clock.split(':').reduce((sum, field) => sum * 60 + Number(field), 0) + Number(days) * 86_400;
}

/** The output of `ps -A -o pid=,ppid=,time=,rss=`. */
export function parsePs(output: string): PsRow[] {
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 4)
    .map(([pid = '', parentPid = '', time = '', kilobytes = '']) => ({
      pid: Number(pid),
      parentPid: Number(parentPid),
      cpuSeconds: parsePsTime(time),
      residentBytes: Number(kilobytes) * bytesPerKilobyte,
    }));
}

async function sampleFromPs(parts: readonly SampledPart[]): Promise<ProcessSample[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,time=,rss=']);
  const table = parsePs(stdout);
  return parts.flatMap(({ tier, id, pid }) => {
    const rows = withDescendants([pid], table);
    if (rows[0]?.pid !== pid) {
      return [];
    }
    const cpuSeconds = rows.reduce((sum, row) => sum + row.cpuSeconds, 0);
    return [withResident({ tier, id, pid, cpuSeconds }, sumOfKnown(rows.map((row) => row.residentBytes)))];
  });
}

/** CPU time and resident memory of each part that still runs, its descendants included. */
export async function sampleProcesses(parts: readonly SampledPart[]): Promise<ProcessSample[]> {
  return process.platform === 'linux' ? sampleFromProc(parts) : await sampleFromPs(parts);
}

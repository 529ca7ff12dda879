import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';

/** Marks every process that belongs to a run, whoever started it. */
export const runVariable = 'RAG_TESTBED_RUN';
/** Marks the processes of the system under test among those of a run. */
export const partVariable = 'RAG_TESTBED_PART';

export interface ProcessRow {
  readonly pid: number;
  readonly parentPid: number;
  /** Z is a zombie: it has ended and waits to be reaped. */
  readonly state: string;
  /** Clock ticks from boot to its start; with the pid it identifies a process for ever. */
  readonly startTicks: number;
  /** Its own user and system time and that of its children that have been reaped, in clock ticks. */
  readonly cpuTicks: number;
  /** The first 15 bytes of the name of its executable. */
  readonly name: string;
}

/** Reads one line of `/proc/<pid>/stat`; the name may contain spaces and brackets, so fields count from the last bracket. */
export function parseProcessStat(line: string): ProcessRow | undefined {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  const fields = line.slice(close + 2).split(' ');
  if (open < 0 || close < open || fields.length < 20) {
    return undefined;
  }
  const field = (index: number) => Number(fields[index]);
  return {
    pid: Number.parseInt(line, 10),
    parentPid: field(1),
    state: fields[0] ?? '',
    startTicks: field(19),
    cpuTicks: field(11) + field(12) + field(13) + field(14),
    name: line.slice(open + 1, close),
  };
}

/** Every process that `/proc` shows; empty where there is no `/proc`. */
export function readProcessTable(): ProcessRow[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    // Only Linux has /proc; callers then know the processes they started and nothing more.
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => parseProcessStat(readProcessFile(pid, 'stat')))
    .filter((row) => row !== undefined);
}

/** A file of a process as text; empty when the process has ended or belongs to somebody else. */
export function readProcessFile(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** A process and all its descendants, in any session, the given pids first. Pids that no longer exist are left out. */
export function withDescendants<Row extends { readonly pid: number; readonly parentPid: number }>(
  pids: readonly number[],
  table: readonly Row[],
): Row[] {
  const children = Map.groupBy(table, (row) => row.parentPid);
  const found = new Set(table.filter((row) => pids.includes(row.pid)));
  // A set is walked in order of insertion, so what is added here is visited too.
  for (const row of found) {
    for (const child of children.get(row.pid) ?? []) {
      found.add(child);
    }
  }
  return [...found];
}

function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory + sep);
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** Which processes count as belonging to a run. */
export interface Marks {
  readonly runId: string;
  /** Holds the PostgreSQL clusters of the run. */
  readonly stateDirectory: string;
  /** Only processes of the system under test, not those that the runner started for itself. */
  readonly partsOnly: boolean;
}

/**
 * The living processes of a run (Linux only). Most carry the run id in their environment. PostgreSQL's backends do not:
 * they write their title over it, so they are known by their name and by working inside the run's own cluster.
 */
export function processesOfRun({ runId, stateDirectory, partsOnly }: Marks, table = readProcessTable()): ProcessRow[] {
  const mark = `\0${runVariable}=${runId}\0`;
  return table.filter((row) => {
    if (row.pid === process.pid || row.state === 'Z') {
      return false;
    }
    if (row.name === 'postgres' && isWithin(stateDirectory, workingDirectory(row.pid))) {
      return true;
    }
    const environment = `\0${readProcessFile(row.pid, 'environ')}\0`;
    return environment.includes(mark) && (!partsOnly || environment.includes(`\0${partVariable}=`));
  });
}

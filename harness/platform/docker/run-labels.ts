import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { parseProcessStat, readProcessFile } from '../local/process-table.ts';

/** Labels of everything that a run creates in the engine: containers, networks and volumes. */
export const runLabels = {
  /** Id of the run. */
  run: 'rag-testbed.run',
  /** Which process started it, see {@link ownerMark}. */
  owner: 'rag-testbed.owner',
  /** On containers and volumes. */
  variant: 'rag-testbed.variant',
  /** Such as `vector-2`; on containers and volumes. */
  part: 'rag-testbed.part',
} as const;

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    // Only Linux has these files; elsewhere the pid and the host's name have to do.
    return fallback;
  }
}

const ownerSchema = z.object({
  machine: z.string(),
  boot: z.string(),
  /** Pids mean something only within their namespace. */
  namespace: z.string(),
  pid: z.int(),
  /** Clock ticks from boot to the start of the process; a pid is given to others later. */
  started: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

function startOf(pid: number): string {
  return String(parseProcessStat(readProcessFile(pid, 'stat'))?.startTicks ?? '');
}

function here(): Pick<Owner, 'machine' | 'boot' | 'namespace'> {
  return {
    machine: readOr(hostname(), () => readFileSync('/etc/machine-id', 'latin1')) || hostname(),
    boot: readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    namespace: readOr('', () => readlinkSync('/proc/self/ns/pid')),
  };
}

/** The labels of something that a run creates now. */
export function labelsOf(runId: string, place: { readonly variant?: string; readonly part?: string } = {}): Record<string, string> {
  return {
    [runLabels.run]: runId,
    [runLabels.owner]: ownerMark(),
    ...(place.variant === undefined ? {} : { [runLabels.variant]: place.variant }),
    ...(place.part === undefined ? {} : { [runLabels.part]: place.part }),
  };
}

/** Names this process so that a later one can tell whether it still lives. */
export function ownerMark(pid = process.pid): string {
  return JSON.stringify({ ...here(), pid, started: startOf(pid) } satisfies Owner);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readMark(mark: string | undefined): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(mark ?? ''));
  } catch {
    return undefined;
  }
}

/**
 * Does the process behind a mark still run? `unknown` when it cannot be told from here: another machine or another
 * container may share the engine, and what is theirs is left alone.
 */
export function ownerState(mark: string | undefined): 'alive' | 'dead' | 'unknown' {
  const owner = readMark(mark);
  const { machine, boot, namespace } = here();
  if (owner?.machine !== machine) {
    return 'unknown';
  }
  if (owner.boot !== boot) {
    return 'dead';
  }
  if (owner.namespace !== namespace) {
    return 'unknown';
  }
  return exists(owner.pid) && startOf(owner.pid) === owner.started ? 'alive' : 'dead';
}

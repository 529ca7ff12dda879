import { readdirSync } from 'node:fs';
import { readProcessFile, runVariable } from '../../platform/local/process-table.ts';

/** The environments of all processes that belong to a run, by variable; Linux only. */
export function processEnvironments(runId: string): ReadonlyMap<string, string>[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(
      (pid) =>
        new Map(
          readProcessFile(pid, 'environ')
            .split('\0')
            .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
        ),
    )
    .filter((environment) => environment.get(runVariable) === runId);
}

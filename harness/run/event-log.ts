import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../contract/event.ts';
import type { RunFolder } from './run-folder.ts';

export type EventListener = (event: RunEvent) => void;

/** Writes every event to `events.jsonl` as it happens and passes it on to whoever shows progress. */
export function eventLog(folder: Pick<RunFolder, 'root'>, listener: EventListener): (event: Omit<RunEvent, 'atMs'>) => void {
  const file = path.join(folder.root, 'events.jsonl');
  return (event) => {
    const dated = { atMs: Date.now(), ...event };
    // Synchronous on purpose: events are rare, and the last ones before a crash are the ones that matter.
    appendFileSync(file, `${JSON.stringify(dated)}\n`);
    listener(dated);
  };
}

import { Failure } from '../contract/failure.ts';

/** What V8 writes when the live objects of a process no longer fit into its heap. */
const heapExhausted = 'heap out of memory';

/** How much of a log is read for the cause: V8 writes a line for each frame after the one that says what happened. */
export const linesRead = 200;
const linesShown = 20;

interface Ending {
  readonly code: string;
  /** Which part, and what happened to it. */
  readonly what: string;
  readonly hint: string;
  /** Such as `query-0`. */
  readonly part: string;
  /** The last lines that it wrote, `linesRead` of them where there are so many; the message shows fewer. */
  readonly lines: readonly string[];
  /** Ended by the kernel for what it used. */
  readonly wasKilledForMemory?: boolean;
}

function shown(lines: readonly string[]): string {
  const last = lines.slice(-linesShown);
  const cause = lines.find((line) => line.includes(heapExhausted));
  const all = cause === undefined || last.includes(cause) ? last : [cause, '…', ...last];
  return all.length === 0 ? 'it wrote nothing' : `its last lines:\n${all.map((line) => `  | ${line}`).join('\n')}`;
}

/** A part of a system that ended, or never was ready: exit 75, with what is known of why. */
export class EndedPart extends Failure {
  readonly part: string;
  /** Killed for memory, or unable to allocate. */
  readonly outOfMemory: boolean;

  constructor({ code, what, hint, part, lines, wasKilledForMemory = false }: Ending) {
    super('environment', code, `${what}; ${shown(lines)}`, { hint });
    this.part = part;
    this.outOfMemory = wasKilledForMemory || lines.some((line) => line.includes(heapExhausted));
  }
}

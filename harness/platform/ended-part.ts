import { Failure } from '../contract/failure.ts';

/** What V8 writes when the live objects of a process no longer fit into its heap. */
const heapExhausted = 'heap out of memory';

interface Ending {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Such as `query-0`. */
  readonly part: string;
  /** The last lines that it wrote. */
  readonly lines: readonly string[];
  /** Ended by the kernel for what it used. */
  readonly wasKilledForMemory?: boolean;
}

/** A part of a system that ended, or never was ready: exit 75, with what is known of why. */
export class EndedPart extends Failure {
  readonly part: string;
  /** Killed for memory, or unable to allocate. */
  readonly outOfMemory: boolean;

  constructor({ code, message, hint, part, lines, wasKilledForMemory = false }: Ending) {
    super('environment', code, message, { hint });
    this.part = part;
    this.outOfMemory = wasKilledForMemory || lines.some((line) => line.includes(heapExhausted));
  }
}

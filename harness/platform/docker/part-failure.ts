import { EndedPart } from '../ended-part.ts';
import type { ChosenImage } from './choose-images.ts';
import type { ContainerExit } from './engine-events.ts';

/** Exit codes above this are 128 plus the number of the signal. */
const signalBase = 128;
const killedForMemory = 'was killed for using more than its';

export function describeExit({ exitCode, outOfMemory }: Pick<ContainerExit, 'exitCode' | 'outOfMemory'>, memoryMiB: number): string {
  if (outOfMemory) {
    return `${killedForMemory} ${memoryMiB} MiB of memory`;
  }
  return exitCode > signalBase ? `ended with exit code ${exitCode} (signal ${exitCode - signalBase})` : `ended with exit code ${exitCode}`;
}

function hintFor(what: string, { source, name }: ChosenImage): string {
  if (what.includes('memory')) {
    return 'give it more with --memory, or measure a smaller corpus';
  }
  return source === 'default' || source === 'stand-in'
    ? 'npm run images builds the images anew; npm run -s scenario -- doctor tells what this machine lacks'
    : `is ${name} the right image for this part?`;
}

export interface PartTrouble {
  readonly code: string;
  /** Such as `vector-2 of router-hash-3`. */
  readonly part: string;
  readonly image: ChosenImage;
  /** What happened, as the rest of the sentence. */
  readonly what: string;
  /** The last lines that it wrote. */
  readonly lines: readonly string[];
}

/** Failure of a part: which, of which image, what happened, and the last lines that it wrote. */
export function partFailure({ code, part, image, what, lines }: PartTrouble): EndedPart {
  return new EndedPart({
    code,
    what: `${part} (image ${image.name}) ${what}`,
    hint: hintFor(what, image),
    part: part.replace(/ of .*$/, ''),
    lines,
    wasKilledForMemory: what.includes(killedForMemory),
  });
}

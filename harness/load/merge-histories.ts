import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The moment of an operation. Inside of a body a quotation mark has a backslash before it, so that only the field itself matches. */
const moment = /"(?:invokedUs|doneUs)":(\d+)/;

interface Head {
  readonly lines: AsyncIterator<string>;
  readonly line: string;
  readonly atUs: number;
}

async function nextHead(lines: AsyncIterator<string>, file: string): Promise<Head | undefined> {
  const { value: line, done } = await lines.next();
  if (done === true) {
    return undefined;
  }
  const atUs = moment.exec(line)?.[1];
  if (atUs === undefined) {
    throw new Error(`${file} holds a line that is no operation: ${line.slice(0, 200)}`);
  }
  return { lines, line, atUs: Number(atUs) };
}

async function* merged(files: readonly string[]): AsyncGenerator<string> {
  const opened = files.map((file) => createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }));
  const heads = await Promise.all(opened.map((lines, index) => nextHead(lines[Symbol.asyncIterator](), files[index] as string)));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (head !== undefined && head.atUs < (heads[first]?.atUs ?? Number.POSITIVE_INFINITY)) {
        first = index;
      }
    }
    const head = heads[first];
    if (head === undefined) {
      return;
    }
    yield `${head.line}\n`;
    heads[first] = await nextHead(head.lines, files[first] as string);
  }
}

/** Writes the histories of several workers as one, in the order in which things happened; those of one worker stay in its own order. */
export async function mergeHistories(files: readonly string[], into: string): Promise<void> {
  await pipeline(Readable.from(merged(files)), createWriteStream(into));
}

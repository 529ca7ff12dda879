import { malformed, type TraceDecoder } from './format.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
/** A longer line is no line of a trace, and would have to be held whole. */
const maximumLineBytes = 1 << 20;

/**
 * Splits UTF-8 text into lines, numbered from 1, with or without a newline at the end, in Unix or Windows form. `onLine`
 * gets blank lines too.
 */
export function lineDecoder(file: string, onLine: (line: string, number: number) => void): TraceDecoder {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  const give = (buffer: Buffer, from: number, to: number) => {
    number += 1;
    let start = from;
    if (number === 1 && buffer[from] === 0xef && buffer[from + 1] === 0xbb && buffer[from + 2] === 0xbf) {
      start += 3;
    }
    onLine(buffer.toString('utf8', start, to > start && buffer[to - 1] === carriageReturn ? to - 1 : to), number);
  };
  return {
    push(chunk) {
      const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let to = buffer.indexOf(newline); to !== -1; to = buffer.indexOf(newline, from)) {
        give(buffer, from, to);
        from = to + 1;
      }
      rest = buffer.subarray(from);
      if (rest.length > maximumLineBytes) {
        throw malformed(file, `line ${number + 1}`, `the line is longer than ${maximumLineBytes} bytes`, 'is this a text file?');
      }
    },
    end() {
      if (rest.length > 0) {
        give(rest, 0, rest.length);
      }
    },
  };
}

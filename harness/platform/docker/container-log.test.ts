import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastLinesOf, unframed } from './container-log.ts';

function framed(pieces: readonly string[]): Buffer {
  return Buffer.concat(
    pieces.flatMap((piece, index) => {
      const header = Buffer.alloc(8);
      header.writeUInt8(1 + (index % 2), 0);
      header.writeUInt32BE(Buffer.byteLength(piece), 4);
      return [header, Buffer.from(piece)];
    }),
  );
}

it('joins the pieces of both streams in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (pieces) => {
      expect(unframed(framed(pieces))).toBe(pieces.join(''));
    }),
  );
});

it('answers the last lines, and says when there is no log', async () => {
  const lines = Array.from({ length: 30 }, (_, line) => `line ${line}\n`);
  expect(await lastLinesOf({ logs: async () => Promise.resolve(framed(lines)) })).toEqual(lines.slice(-20).map((line) => line.trimEnd()));
  expect(await lastLinesOf({ logs: async () => Promise.resolve(framed([])) })).toEqual([]);
  expect(await lastLinesOf({ logs: async () => Promise.reject(new Error('no such container')) })).toEqual([
    '(its log cannot be read: no such container)',
  ]);
});

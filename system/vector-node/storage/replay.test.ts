import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from './disk.ts';
import { createFileHeader, createFrame, fileHeaderBytes } from './frame.ts';
import { CorruptFileError } from './read-frames.ts';
import { replayLog } from './replay.ts';

const salt = 0x5a17;

function sourceOf(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A log file with these groups, and the offset at which each frame ends. */
function logOf(groups: readonly (readonly Buffer[])[]) {
  const parts = [createFileHeader('log', salt)];
  const ends: number[] = [];
  groups.forEach((records, sequence) => {
    parts.push(...createFrame(records, sequence, salt));
    ends.push(Buffer.concat(parts).length);
  });
  return { bytes: Buffer.concat(parts), ends };
}

function replay(bytes: Buffer) {
  const records: Buffer[] = [];
  const outcome = replayLog('wal.log', sourceOf(bytes), 0, (record) => records.push(Buffer.from(record)));
  return { ...outcome, records };
}

const record = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const groups = fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });

test('what was appended is replayed, in order', () => {
  fc.assert(
    fc.property(groups, (written) => {
      const { bytes } = logOf(written);
      const { records, nextSequence, end } = replay(bytes);
      expect(records).toEqual(written.flat());
      expect(nextSequence).toBe(written.length);
      expect(end).toBe(bytes.length);
    }),
  );
});

test('a log cut at any byte gives back every frame that is whole, and says where the torn tail begins', () => {
  fc.assert(
    fc.property(groups, (written) => {
      const { bytes, ends } = logOf(written);
      for (let cut = fileHeaderBytes; cut <= bytes.length; cut += 1) {
        const whole = ends.filter((end) => end <= cut).length;
        const { records, end } = replay(bytes.subarray(0, cut));
        expect(records).toEqual(written.slice(0, whole).flat());
        expect(end).toBe(ends[whole - 1] ?? fileHeaderBytes);
      }
    }),
    { numRuns: 30 },
  );
});

test('a tail of zeros, as a crash leaves it in a file that had grown, is a torn tail', () => {
  const { bytes } = logOf([[Buffer.from('kept')]]);
  const { records, end } = replay(Buffer.concat([bytes, Buffer.alloc(5000)]));
  expect(records).toEqual([Buffer.from('kept')]);
  expect(end).toBe(bytes.length);
});

test('any changed byte before the last frame is refused with file and offset', () => {
  fc.assert(
    fc.property(groups, groups, fc.nat(), fc.integer({ min: 1, max: 255 }), (before, after, position, change) => {
      const { bytes, ends } = logOf([...before, ...after]);
      const damaged = position % (ends.at(-2) ?? fileHeaderBytes);
      bytes[damaged] = (bytes[damaged] as number) ^ change;
      const expectedOffset = damaged < fileHeaderBytes ? 0 : (ends.findLast((end) => end <= damaged) ?? fileHeaderBytes);
      const attempt = () => replay(bytes);
      expect(attempt).toThrow(CorruptFileError);
      expect(attempt).toThrow(`wal.log is corrupt at offset ${expectedOffset}:`);
    }),
  );
});

test('a changed byte in the last frame drops that frame only', () => {
  fc.assert(
    fc.property(groups, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, position, change) => {
      const { bytes, ends } = logOf(written);
      const start = ends.at(-2) ?? fileHeaderBytes;
      const damaged = start + (position % (bytes.length - start));
      bytes[damaged] = (bytes[damaged] as number) ^ change;
      expect(replay(bytes).records).toEqual(written.slice(0, -1).flat());
    }),
  );
});

test('a missing frame in the middle is refused', () => {
  const { bytes, ends } = logOf([[Buffer.from('a')], [Buffer.from('b')], [Buffer.from('c')]]);
  const without = Buffer.concat([bytes.subarray(0, ends[0]), bytes.subarray(ends[1])]);
  expect(() => replay(without)).toThrow(/it has frame 2 where frame 1 belongs/);
});

test('a frame inside the bytes of a client, under another salt, does not pass for one', () => {
  const smuggled = Buffer.concat(createFrame([Buffer.from('forged')], 1, salt + 1));
  const { bytes } = logOf([[Buffer.from('kept')], [Buffer.concat([smuggled, Buffer.alloc(10)])]]);
  const { records } = replay(bytes.subarray(0, bytes.length - 3));
  expect(records).toEqual([Buffer.from('kept')]);
});

test('a record that cannot be applied stops the start and names its frame', () => {
  const { bytes } = logOf([[Buffer.from('a')]]);
  const attempt = () =>
    replayLog('wal.log', sourceOf(bytes), 0, () => {
      throw new Error('unknown kind of record 9');
    });
  expect(attempt).toThrow(/wal\.log is corrupt at offset 16: a record of frame 0 cannot be applied: unknown kind of record 9/);
});

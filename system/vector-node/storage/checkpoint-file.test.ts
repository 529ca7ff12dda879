import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCollectionConfig } from '../wire/collection-config.ts';
import { CheckpointWriter, checkpointFormat, readDescription, readOperations } from './checkpoint-file.ts';
import type { ByteSource, DiskFile } from './disk.ts';
import { CorruptFileError } from './read-frames.ts';

const description = {
  ...checkpointFormat,
  collection: 'docs',
  config: readCollectionConfig({ vectors: { size: 2, distance: 'Dot' } }),
  lastOperationId: 7,
  nextFrame: 3,
  points: 2,
};

class MemoryFile implements DiskFile {
  readonly path = '/data/checkpoint-1';
  content: Buffer = Buffer.alloc(0);

  write(parts: readonly Buffer[], offset: number): Promise<void> {
    this.content = Buffer.concat([this.content.subarray(0, offset), ...parts]);
    return Promise.resolve();
  }

  sync = () => Promise.resolve();
  truncate = () => Promise.resolve();
  close = () => Promise.resolve();
}

const sourceOf = (bytes: Buffer): ByteSource => ({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) });

async function checkpointOf(groups: readonly (readonly Buffer[])[]) {
  const file = new MemoryFile();
  const writer = new CheckpointWriter(file, { hashed: true });
  await writer.describe(description);
  for (const records of groups) {
    await writer.append(records);
  }
  return { sha256: await writer.finish(), bytes: file.content, sizeBytes: writer.sizeBytes };
}

/** Description and records, read as a start reads them. */
function read(bytes: Buffer) {
  const found = readDescription('checkpoint-1', sourceOf(bytes));
  const frames = [...readOperations('checkpoint-1', sourceOf(bytes))];
  return { found, records: frames.flatMap((frame) => [...frame.records]) };
}

// An operation's first byte is never zero.
const record = fc.uint8Array({ minLength: 1, maxLength: 30 }).map(([first = 0, ...rest]) => Buffer.from([(first % 255) + 1, ...rest]));
const groups = fc.array(fc.array(record, { minLength: 1, maxLength: 3 }), { maxLength: 4 });

test('what was written is read, and the checksum is that of the file', async () => {
  await fc.assert(
    fc.asyncProperty(groups, async (written) => {
      const { bytes, sha256, sizeBytes } = await checkpointOf(written);
      expect(read(bytes)).toEqual({ found: description, records: written.flat() });
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(sizeBytes).toBe(bytes.length);
    }),
  );
});

test('every changed byte, every cut and every byte too many is refused with file and offset', async () => {
  const { bytes } = await checkpointOf([[Buffer.from('one'), Buffer.from('two')], [Buffer.from('three')]]);
  const refused = (damaged: Buffer, what: string) => {
    const attempt = () => read(damaged);
    expect(attempt, what).toThrow(CorruptFileError);
    expect(attempt, what).toThrow(/^checkpoint-1 is corrupt at offset \d+: /);
  };
  for (let offset = 0; offset < bytes.length; offset += 1) {
    const damaged = Buffer.from(bytes);
    damaged[offset] = (bytes[offset] as number) ^ (1 << (offset % 8));
    refused(damaged, `byte ${offset} changed`);
    refused(bytes.subarray(0, offset), `cut at ${offset}`);
  }
  refused(Buffer.concat([bytes, Buffer.of(0)]), 'a byte follows');
});

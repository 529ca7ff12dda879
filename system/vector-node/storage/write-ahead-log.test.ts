import { beforeEach, describe, expect, test } from 'vitest';
import type { DiskFile } from './disk.ts';
import { createFileHeader } from './frame.ts';
import { replayLog } from './replay.ts';
import { NameInDoubtError, WriteAheadLog } from './write-ahead-log.ts';

/** A file in memory whose steps can be held up or made to fail. */
class FakeFile implements DiskFile {
  readonly path: string;
  content = createFileHeader('log', 7);
  syncs = 0;
  failWrite: Error | undefined;
  failSync: Error | undefined;
  failTruncate: Error | undefined;
  gate: Promise<void> = Promise.resolve();
  isClosed = false;

  constructor(path = '/data/wal.log') {
    this.path = path;
  }

  async write(parts: readonly Buffer[], offset: number): Promise<void> {
    const whole = Buffer.concat(parts);
    const written = this.failWrite === undefined ? whole : whole.subarray(0, whole.length >> 1);
    this.content = Buffer.concat([this.content.subarray(0, offset), written]);
    await Promise.resolve();
    if (this.failWrite !== undefined) {
      throw this.failWrite;
    }
  }

  async sync(): Promise<void> {
    await this.gate;
    if (this.failSync !== undefined) {
      throw this.failSync;
    }
    this.syncs += 1;
  }

  async truncate(size: number): Promise<void> {
    await Promise.resolve();
    if (this.failTruncate !== undefined) {
      throw this.failTruncate;
    }
    this.content = this.content.subarray(0, size);
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.isClosed = true;
  }

  records(firstSequence = 0): string[] {
    const found: string[] = [];
    replayLog(
      this.path,
      { size: this.content.length, read: (offset, length) => this.content.subarray(offset, offset + length) },
      firstSequence,
      (record) => found.push(record.toString()),
    );
    return found;
  }
}

let file: FakeFile;
let log: WriteAheadLog;
let applied: string[];
const append = (text: string) => log.append(Buffer.from(text), () => applied.push(text));
const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

beforeEach(() => {
  file = new FakeFile();
  log = new WriteAheadLog(file, { salt: 7, nextSequence: 0, end: file.content.length });
  applied = [];
});

test('records that arrive during a sync are written together and share the next one', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  file.gate = promise;
  const first = append('a');
  await new Promise((resume) => setImmediate(() => setImmediate(resume)));
  const others = ['b', 'c', 'd'].map(append);
  expect(applied).toEqual([]);
  resolve();
  await Promise.all([first, ...others]);
  expect(applied).toEqual(['a', 'b', 'c', 'd']);
  expect(file.syncs).toBe(2);
  expect(file.records()).toEqual(['a', 'b', 'c', 'd']);
});

test('nothing is applied or acknowledged before the sync is through', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  file.gate = promise;
  let acknowledged = false;
  const write = append('a').then(() => {
    acknowledged = true;
  });
  await new Promise((resume) => setImmediate(() => setImmediate(resume)));
  expect([applied, acknowledged]).toEqual([[], false]);
  resolve();
  await write;
  expect([applied, acknowledged]).toEqual([['a'], true]);
});

describe('a disk that refuses', () => {
  test('a failed write is refused with the path, leaves nothing behind, and the next one is tried again', async () => {
    await append('a');
    file.failWrite = full;
    await expect(append('b')).rejects.toThrow('Service internal error: cannot write /data/wal.log: ENOSPC: no space left on device');
    expect(file.records()).toEqual(['a']);
    file.failWrite = undefined;
    await append('c');
    expect(file.records()).toEqual(['a', 'c']);
    expect(applied).toEqual(['a', 'c']);
  });

  test('after a failed sync nothing more is written: what the disk holds is unknown', async () => {
    await append('a');
    file.failSync = new Error('EIO: i/o error, fdatasync');
    await expect(append('b')).rejects.toThrow(/no more writes until a restart.*EIO/);
    file.failSync = undefined;
    await expect(append('c')).rejects.toThrow(/no more writes until a restart/);
    expect(applied).toEqual(['a']);
  });

  test('a half-written frame that cannot be cut off stops writing too', async () => {
    file.failWrite = full;
    file.failTruncate = new Error('EIO: i/o error, ftruncate');
    await expect(append('a')).rejects.toThrow(/no more writes until a restart.*ftruncate/);
    file.failWrite = undefined;
    await expect(append('b')).rejects.toThrow(/no more writes until a restart/);
    expect(file.records()).toEqual([]);
  });
});

describe('going on in another file', () => {
  const next = () => ({ path: '/data/next.log', file: new FakeFile('/data/next.log'), salt: 7 });

  test('what was appended before is in the old file and applied, what comes after is in the new one, and frames are counted on', async () => {
    const before = ['a', 'b'].map(append);
    const successor = next();
    const rotation = log.rotate(
      async () => {
        await Promise.resolve();
        return successor;
      },
      (old, sizeBytes) => ({ old, sizeBytes, applied: [...applied] }),
    );
    const after = ['c', 'd'].map(append);
    const { old, sizeBytes, applied: atSwitch } = await rotation;
    await Promise.all([...before, ...after]);
    // The log may take the switch before or after any frame, and says what was in by then.
    expect([old, sizeBytes]).toEqual([file, file.content.length]);
    expect(file.records()).toEqual(atSwitch);
    expect([...file.records(), ...successor.file.records(log.nextSequence - 1)]).toEqual(['a', 'b', 'c', 'd']);
    expect(applied).toEqual(['a', 'b', 'c', 'd']);
  });

  test('when the new file cannot be made visible the old one is written on', async () => {
    await append('a');
    await expect(
      log.rotate(
        () => Promise.reject(full),
        () => undefined,
      ),
    ).rejects.toThrow('ENOSPC');
    await append('b');
    expect(file.records()).toEqual(['a', 'b']);
  });

  test('when it is not known whether the new file is visible nothing more is written', async () => {
    const doubt = new NameInDoubtError('/data/next.log', new Error('EIO: i/o error, fsync'));
    await expect(
      log.rotate(
        () => Promise.reject(doubt),
        () => undefined,
      ),
    ).rejects.toThrow(doubt);
    await expect(append('b')).rejects.toThrow('cannot write /data/next.log (no more writes until a restart): EIO');
    expect(file.records()).toEqual([]);
  });
});

test('a closed log refuses with the reason that it was given, after what was under way', async () => {
  const write = append('a');
  await log.close(new Error('deleted'));
  await write;
  await expect(append('b')).rejects.toThrow('deleted');
  await expect(
    log.rotate(
      () => Promise.reject(full),
      () => undefined,
    ),
  ).rejects.toThrow('deleted');
  expect([file.records(), file.isClosed]).toEqual([['a'], true]);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceCollector } from '../simulation/cache-replay/trace-collector.ts';
import { readTrace } from './read-trace.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'read-trace-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const text = Array.from({ length: 50_000 }, (_, index) => `key-${(index * 7919) % 1000}`).join('\n');

async function read(name: string, content?: Buffer, signal: AbortSignal = new AbortController().signal) {
  const file = path.join(folder, name);
  if (content !== undefined) {
    await writeFile(file, content);
  }
  const collector = new TraceCollector({ requestBudget: Number.POSITIVE_INFINITY, sampleRate: 1 });
  let progress = 0;
  const compression = await readTrace(
    {
      file,
      format: 'keys',
      drawKey: undefined,
      signal,
      onProgress: (bytesRead, bytesTotal) => {
        expect(bytesRead).toBeGreaterThanOrEqual(progress);
        expect(bytesRead).toBeLessThanOrEqual(bytesTotal);
        progress = bytesRead;
      },
    },
    collector,
  );
  const { requests, keys } = collector.finish();
  return { compression, requests, keys };
}

describe('a trace file', () => {
  it.each([
    ['plain.txt', Buffer.from(text), 'none'],
    ['small.txt.gz', gzipSync(text), 'gzip'],
    ['small.txt.zst', zstdCompressSync(text), 'zstd'],
    // What decides is the content, so that a download without its suffix is read too.
    ['no-suffix', zstdCompressSync(text), 'zstd'],
  ] as const)('%s is read', async (name, content, compression) => {
    expect(await read(name, content)).toEqual({ compression, requests: 50_000, keys: 1000 });
  });

  it.each([
    ['absent.txt', undefined, 'unreadable_trace', 'absent.txt'],
    ['.', undefined, 'unreadable_trace', 'it is no file'],
    ['promised.gz', Buffer.from(text), 'invalid_trace', 'the name says gzip'],
    ['promised.zst', Buffer.alloc(0), 'invalid_trace', 'the name says zstd'],
    ['cut.gz', gzipSync(text).subarray(0, 900), 'unreadable_trace', 'cut.gz'],
    ['cut.zst', zstdCompressSync(text).subarray(0, 300), 'unreadable_trace', 'cut.zst'],
    ['damaged.gz', Buffer.concat([gzipSync(text).subarray(0, 500), Buffer.alloc(2000, 0x55)]), 'unreadable_trace', 'damaged.gz'],
  ] as const)('%s is refused', async (name, content, code, message) => {
    await expect(read(name, content as Buffer | undefined)).rejects.toMatchObject({
      code,
      exitCode: 78,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['interrupted.txt', Buffer.from(text)],
    ['interrupted.txt.zst', zstdCompressSync(text)],
  ])('%s ends with 130 when it is interrupted', async (name, content) => {
    await expect(read(name, content, AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 });
  });
});

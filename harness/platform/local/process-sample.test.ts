import { describe, expect, it } from 'vitest';
import { kilobyteField, parsePs, parsePsTime, sampleProcesses } from './process-sample.ts';

describe('parsePsTime', () => {
  it.each([
    ['0:00.07', 0.07],
    ['1:02.50', 62.5],
    ['00:01:05', 65],
    ['2-03:04:05', 2 * 86_400 + 3 * 3600 + 4 * 60 + 5],
  ])('reads %s', (text, seconds) => {
    expect(parsePsTime(text)).toBeCloseTo(seconds, 9);
  });
});

describe('parsePs', () => {
  it('reads columns of any width and skips what is no row', () => {
    expect(parsePs('  12   1   0:01.00   2048\n\n 340  12  0:00.50  100\n')).toEqual([
      { pid: 12, parentPid: 1, cpuSeconds: 1, residentBytes: 2_097_152 },
      { pid: 340, parentPid: 12, cpuSeconds: 0.5, residentBytes: 102_400 },
    ]);
  });
});

describe('kilobyteField', () => {
  it('takes the field of that name only', () => {
    const text = 'Rss:    4096 kB\nPss:     932 kB\nSwapPss:       7 kB\n';
    expect(kilobyteField(text, 'Pss')).toBe(932 * 1024);
    expect(kilobyteField(text, 'Uss')).toBeUndefined();
  });
});

describe('sampleProcesses', () => {
  it('measures this process', async () => {
    const [sample] = await sampleProcesses([{ tier: 'query', id: 'query-0', pid: process.pid }]);
    expect(sample).toMatchObject({ tier: 'query', id: 'query-0', pid: process.pid });
    expect(sample?.cpuSeconds).toBeGreaterThan(0);
    expect(sample?.residentBytes).toBeGreaterThan(1_000_000);
  });

  it('leaves out a process that has ended', async () => {
    // Pids stay below 2^22 on Linux and below 100,000 on macOS.
    expect(await sampleProcesses([{ tier: 'query', id: 'query-0', pid: 2 ** 30 }])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { askedSize, type CacheLimit, resolvedSizes } from './sizes.ts';

const sizesOf = (texts: readonly string[], everything: number, limit: CacheLimit) =>
  resolvedSizes(
    texts.map((text) => askedSize(text, limit)),
    everything,
    limit,
  );

describe('sizes', () => {
  it('are entries, or shares of the keys, ascending and each once', () => {
    expect(sizesOf(['200', '1%', '100', '10%', '0.001%', '100%'], 1000, 'entries')).toEqual([1, 10, 100, 200, 1000]);
  });

  it('are bytes with their units, or shares of all bytes', () => {
    expect(sizesOf(['64KiB', '1MB', '1.5kB', '700', '50%', '12B'], 4e6, 'bytes')).toEqual([12, 700, 1500, 65_536, 1e6, 2e6]);
  });

  it.each([
    ['0', 'entries', 'is not above 0'],
    ['-5', 'entries', 'is not above 0'],
    ['0%', 'entries', 'is not above 0'],
    ['101%', 'entries', 'is more than everything'],
    ['1.5', 'entries', 'is no whole number of entries'],
    ['64MiB', 'entries', 'is no whole number of entries'],
    ['many', 'entries', 'is no size'],
    ['', 'entries', 'is no size'],
    ['5 parsecs', 'bytes', 'is no size'],
    ['0MiB', 'bytes', 'is not above 0'],
  ] as const)('refuse "%s" by %s', (text, limit, why) => {
    expect(() => askedSize(text, limit)).toThrow(
      expect.objectContaining({ code: 'invalid_size', exitCode: 78, message: expect.stringContaining(`"${text}" ${why}`) }),
    );
  });

  it('refuse a cache larger than everything', () => {
    expect(() => sizesOf(['100', '1001'], 1000, 'entries')).toThrow(
      expect.objectContaining({
        code: 'size_beyond_keys',
        exitCode: 78,
        message: expect.stringContaining('"1001" is larger than all 1000 keys'),
      }),
    );
    expect(() => sizesOf(['1KiB'], 1000, 'bytes')).toThrow(expect.objectContaining({ code: 'size_beyond_keys' }));
  });
});

import { describe, expect, it } from 'vitest';
import { Failure } from '../contract/failure.ts';
import type { PreparedImage } from '../platform/docker/images/prepare-images.ts';
import { imagesJson, imagesTable, parseImagesFlags } from './images-command.ts';

describe('parseImagesFlags', () => {
  it('reads roles and switches', () => {
    expect(parseImagesFlags(['--stand-ins', '--only', 'redis,system', '--force', '--json'])).toEqual({
      standIns: true,
      only: ['redis', 'system'],
      force: true,
      json: true,
    });
    expect(parseImagesFlags([])).toEqual({});
  });

  it.each([
    { words: ['--only', 'reddis'], code: 'unknown_role', hint: 'did you mean "redis"? known: system, qdrant, redis, postgres' },
    { words: ['--stand-in'], code: 'unknown_option', hint: 'Did you mean --stand-ins?' },
    { words: ['--only'], code: 'option_missing_argument', hint: 'npm run images -- --help lists the flags' },
    { words: ['redis'], code: 'unexpected_argument', hint: 'flags follow a lone --, as in: npm run images -- --only redis' },
  ])('refuses $words with a hint', ({ words, code, hint }) => {
    expect(() => parseImagesFlags(words)).toThrow(expect.objectContaining({ code, hint, exitCode: 64 }));
  });
});

const images: PreparedImage[] = [
  {
    role: 'redis',
    image: 'rag-testbed/redis-stand-in:0.1.0',
    standIn: true,
    engine: 'Redis',
    engineVersion: '7.0.15',
    sizeBytes: 19_819_378,
    outcome: 'built',
    elapsedMs: 1210,
  },
  {
    role: 'postgres',
    image: 'postgres:18.0-alpine',
    standIn: false,
    engine: 'PostgreSQL',
    engineVersion: '18.0',
    sizeBytes: 280_000_000,
    outcome: 'kept',
    elapsedMs: 3,
  },
];

describe('what is printed', () => {
  it('names image, engine, size and time in columns, and stand-ins as such', () => {
    expect(imagesTable(images)).toBe(
      [
        'redis     rag-testbed/redis-stand-in:0.1.0  Redis 7.0.15 (stand-in)  20 MB   built in 1.2 s',
        'postgres  postgres:18.0-alpine              PostgreSQL 18.0          280 MB  up to date',
        '',
      ].join('\n'),
    );
    expect(imagesTable([])).toBe('');
  });

  it('is JSON for machines, with what failed', () => {
    const failure = new Failure('environment', 'program_missing', 'redis-server is not on this machine', { hint: 'install it' });
    expect(JSON.parse(imagesJson({ images, failed: [{ role: 'redis', failure }] }))).toEqual({
      images,
      failed: [{ role: 'redis', code: 'program_missing', message: failure.message, hint: 'install it' }],
    });
  });
});

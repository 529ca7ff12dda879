import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cachePolicies } from '../../system/policies/caching/index.ts';
import { cacheReplaySchema } from '../contract/cache-replay.ts';
import { parseAndRun } from './program.ts';
import { failureOf, printed } from './testing/printed.ts';

const sample = fileURLToPath(new URL('../../fixtures/traces/ragpulse-sample.jsonl', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'simulate-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, content: string | Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const run = (...words: string[]) => printed(['simulate', 'cache', ...words]);
const refusalOf = (...words: string[]) => failureOf(run(...words));

describe('simulate cache', () => {
  it('prints one document, writes it with its report, and both have every policy and the bound', async () => {
    const out = path.join(folder, 'all');
    const { exitCode, stdout, stderr } = await run(
      '--trace',
      sample,
      '--format',
      'ragpulse-passages',
      '--sizes',
      '50,100,10%,20%',
      '--json',
      '--out',
      out,
    );
    expect(exitCode).toBe(0);
    const result = cacheReplaySchema.parse(JSON.parse(stdout));
    expect(JSON.parse(await readFile(path.join(out, 'cache-replay.json'), 'utf8'))).toEqual(JSON.parse(stdout));
    expect(result.policies.map(({ id }) => id)).toEqual(Object.keys(cachePolicies));
    expect(result.sampling.rate).toBe(1);
    expect(result.bounds.map(({ id }) => id)).toEqual(['belady']);
    for (const { points } of result.policies) {
      for (const [place, { size, missRatio, aboveBest }] of points.entries()) {
        expect(missRatio).toBeGreaterThanOrEqual(result.bounds[0]?.points[place]?.missRatio ?? 1);
        expect(size).toBe(result.bounds[0]?.points[place]?.size);
        expect(aboveBest?.difference).toBeGreaterThanOrEqual(0);
      }
    }
    // The curve of one pass and the replay of the policy are two ways to the same number.
    const lru = result.policies.find(({ id }) => id === 'lru');
    for (const { size, missRatio } of result.lruCurve ?? []) {
      const replayed = lru?.points.find((point) => point.size === size);
      expect(replayed === undefined || Math.abs(replayed.missRatio - missRatio) < 1e-12).toBe(true);
    }
    const report = await readFile(path.join(out, 'report.html'), 'utf8');
    for (const { title } of Object.values(cachePolicies)) {
      expect(report).toContain(title);
    }
    expect(stderr).toContain('exact');
  });

  it('prints the table with the answer first, and what it rests on', async () => {
    const { stdout, stderr } = await run(
      '--trace',
      sample,
      '--format',
      'ragpulse-queries',
      '--policy',
      'lru,sieve',
      '--sizes',
      '20,50',
      '--quiet',
      '--out',
      path.join(folder, 'two'),
    );
    expect(stdout).toMatch(/^At 20 entries, (SIEVE|LRU) misses [\d.]+ % of the requests; no policy could miss fewer than [\d.]+ %\./);
    expect(stdout).toMatch(/provider tokens at 20 entries/);
    expect(stdout).toContain('600 requests');
    expect(stderr).toBe('');
  });

  it('renders the report again from the folder alone', async () => {
    const out = path.join(folder, 'again');
    await run('--trace', sample, '--format', 'ragpulse-passages', '--policy', 'lru', '--sizes', '50,100', '--quiet', '--out', out);
    const before = await readFile(path.join(out, 'report.html'), 'utf8');
    await rm(path.join(out, 'report.html'));
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await parseAndRun(['report', out])).toBe(0);
    } finally {
      print.mockRestore();
    }
    expect(await readFile(path.join(out, 'report.html'), 'utf8')).toBe(before);
  });

  it('samples where it is told to, with intervals, and leaves out sizes that are too small for it', async () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `${(index * 7919) % (index % 3 === 0 ? 20_000 : 4000)}`).join('\n');
    const trace = await written('many.txt.zst', zstdCompressSync(keys));
    const { stdout, stderr } = await run(
      '--trace',
      trace,
      '--format',
      'keys',
      '--policy',
      'lru,fifo',
      '--sizes',
      '20,2000,4000',
      '--sample',
      '25%',
      '--json',
      '--out',
      path.join(folder, 'sampled'),
    );
    const result = cacheReplaySchema.parse(JSON.parse(stdout));
    expect(result.sampling.rate).toBeCloseTo(0.25, 6);
    expect(result.trace).toMatchObject({ requests: 60_000, compression: 'zstd' });
    expect(result.sizesLeftOut).toEqual([20]);
    for (const { missRatio, interval, aboveBest } of result.policies.flatMap(({ points }) => points)) {
      expect(interval?.low).toBeLessThanOrEqual(missRatio);
      expect(interval?.high).toBeGreaterThanOrEqual(missRatio);
      expect(aboveBest?.interval).toBeDefined();
    }
    expect(stderr).toContain('the trace is sampled: 25 % of the keys');
  });

  it('lets keys expire by the time of the trace', async () => {
    const trace = await written('expiring.csv', 'time,key,size,cost_tokens\n0,a,5,1\n5,a,5,1\n30,a,5,1\n31,b,5,1\n');
    const missesOf = async (name: string, ...words: string[]) => {
      const { stdout } = await run(
        '--trace',
        trace,
        '--format',
        'csv',
        '--policy',
        'lru',
        '--sizes',
        '2',
        '--json',
        '--out',
        path.join(folder, name),
        ...words,
      );
      return cacheReplaySchema.parse(JSON.parse(stdout));
    };
    expect((await missesOf('mortal-0')).policies[0]?.points[0]?.missRatio).toBe(0.5);
    const fixed = await missesOf('mortal-1', '--ttl', '10');
    expect(fixed.policies[0]?.points[0]?.missRatio).toBe(0.75);
    expect(fixed.lifetime).toEqual({ expiry: 'fixed', ttl: '10' });
    expect(fixed.bounds[0]).toMatchObject({ exact: false });
    expect(fixed.lruCurve).toBeUndefined();
    expect((await missesOf('mortal-2', '--ttl', '28', '--expiry', 'sliding')).policies[0]?.points[0]?.missRatio).toBe(0.5);
    expect((await missesOf('mortal-3', '--ttl', '28', '--expiry', 'fixed')).policies[0]?.points[0]?.missRatio).toBe(0.75);
    expect((await missesOf('mortal-4', '--ttl', '10,1:60', '--expiry', 'tiered')).policies[0]?.points[0]?.missRatio).toBe(0.5);
  });

  it('limits by bytes and weighs misses by them', async () => {
    const trace = await written('sized.csv', 'key,size,cost_seconds\na,10,1\nb,90,2\na,10,1\nb,90,2\n');
    const { stdout } = await run(
      '--trace',
      trace,
      '--format',
      'csv',
      '--by',
      'bytes',
      '--policy',
      'lru',
      '--sizes',
      '20B,100%',
      '--json',
      '--out',
      path.join(folder, 'sized'),
    );
    const { policies, bounds, limit } = cacheReplaySchema.parse(JSON.parse(stdout));
    expect(limit).toBe('bytes');
    // b fits only where everything does.
    expect(policies[0]?.points).toEqual([
      expect.objectContaining({ size: 20, missRatio: 0.75, byteMissRatio: 190 / 200, secondsMissRatio: 5 / 6 }),
      expect.objectContaining({ size: 100, missRatio: 0.5, byteMissRatio: 0.5 }),
    ]);
    expect(bounds[0]).toMatchObject({ id: 'pfoo-l', exact: false });
  });

  it('draws keys for a trace that has none, and says so', async () => {
    const azure = fileURLToPath(new URL('../../fixtures/traces/azure-conversation-sample.csv', import.meta.url));
    const { stdout } = await run(
      '--trace',
      azure,
      '--format',
      'azure',
      '--draw-keys',
      '500,0.8,0.3',
      '--policy',
      'lru',
      '--sizes',
      '50,100',
      '--quiet',
      '--out',
      path.join(folder, 'azure'),
    );
    expect(stdout).toContain('its keys were drawn, Zipf 0.8 over 500 keys with 30.0 %');
  });

  it.each([
    [['--policy', 'lru,sieev'], 'unknown_policy', 78, '"sieev"', 'did you mean "sieve"?'],
    [['--format', 'ragpulse-querys'], 'unknown_format', 78, '"ragpulse-querys"', 'did you mean "ragpulse-queries"?'],
    [['--sizes', '10,0'], 'invalid_size', 78, '"0"', 'such as 100 or 1%'],
    [['--sizes', '10,-3'], 'invalid_size', 78, '"-3"', ''],
    [['--sizes', '100000'], 'size_beyond_keys', 78, '"100000" is larger than all', '100%'],
    [['--by', 'bytes'], 'trace_without_sizes', 78, 'ragpulse-sample.jsonl', '--by entries'],
    [['--by', 'pages'], 'invalid_argument', 64, '"pages"', ''],
    [['--sample', '2'], 'invalid_argument', 64, '"2"', ''],
    [['--sample', '1%'], 'sample_too_small', 97, 'keys', '--sample none'],
    [['--expiry', 'slidng', '--ttl', '5'], 'unknown_expiry', 78, '"slidng"', 'did you mean "sliding"?'],
    [['--expiry', 'sliding'], 'invalid_lifetime', 78, 'without a lifetime', '--ttl'],
    [['--ttl', '0'], 'invalid_lifetime', 78, '"0"', ''],
    [['--ttl', '60,3:600'], 'invalid_lifetime', 78, 'does not fit', 'tiered'],
    [['--ttl', '60,3:600,2:900', '--expiry', 'tiered'], 'invalid_lifetime', 78, 'does not fit', 'ascending'],
    [['--draw-keys', '0,1,1'], 'invalid_argument', 64, '"0,1,1"', ''],
    [['stray'], 'unexpected_argument', 64, '"stray"', 'a lone --'],
  ])('refuses %j as %s with exit %i', async (words, code, exitCode, value, hint) => {
    const failure = await refusalOf(
      '--trace',
      sample,
      '--format',
      'ragpulse-passages',
      '--quiet',
      '--out',
      path.join(folder, 'refused'),
      ...words,
    );
    expect(failure).toMatchObject({ code, exitCode });
    expect(failure.message).toContain(value);
    expect(failure.hint ?? '').toContain(hint);
    // Nothing is left that would refuse the next try.
    await rm(path.join(folder, 'refused'), { recursive: true, force: true });
  });

  it('refuses a trace without times where keys are to expire, an empty one, and a folder that is used', async () => {
    const keys = await written('keys.txt', 'a\nb\n');
    const out = path.join(folder, 'refused-too');
    expect(await refusalOf('--trace', keys, '--format', 'keys', '--ttl', '5', '--quiet', '--out', out)).toMatchObject({
      code: 'trace_without_times',
      exitCode: 78,
    });
    const empty = await written('empty.txt', '');
    expect(await refusalOf('--trace', empty, '--format', 'keys', '--quiet', '--out', out)).toMatchObject({
      code: 'empty_trace',
      exitCode: 97,
    });
    const headOnly = await written('head.csv', 'key,time\n');
    expect(await refusalOf('--trace', headOnly, '--format', 'csv', '--quiet', '--out', out)).toMatchObject({
      code: 'empty_trace',
      exitCode: 97,
    });
    expect(await refusalOf('--trace', keys, '--format', 'keys', '--quiet', '--out', folder)).toMatchObject({
      code: 'output_not_empty',
      exitCode: 78,
    });
  });

  it('names the line of a trace that is malformed or out of order', async () => {
    const file = await written('order.csv', 'key,time\na,2\nb,1\n');
    expect(await refusalOf('--trace', file, '--format', 'csv', '--quiet', '--out', path.join(folder, 'order'))).toMatchObject({
      code: 'trace_out_of_order',
      exitCode: 78,
      message: `${file}, line 3: time 1 after time 2`,
    });
  });
});

describe('simulate', () => {
  it.each([
    [['simulate'], 'missing_simulation'],
    [['simulate', 'cahce'], 'unknown_simulation'],
    [['simulate', 'cache'], 'missing_mandatory_option_value'],
  ])('refuses %j', async (words, code) => {
    await expect(parseAndRun(words)).rejects.toMatchObject({ code, exitCode: 64 });
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { summariseTrace } from '../arrivals/trace/trace-summary.ts';
import type { TraceArrivals } from '../contract/arrivals.ts';
import { planOf } from './plan.ts';
import { readTrace, replayDescription } from './trace-file.ts';

const ragpulse: TraceArrivals = { process: 'trace', file: 'fixtures/traces/ragpulse-sample.jsonl', format: 'ragpulse' };
const azure: TraceArrivals = { process: 'trace', file: 'fixtures/traces/azure-conversation-sample.csv', format: 'azure' };
const folder = mkdtempSync(path.join(tmpdir(), 'trace-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(arrivals: TraceArrivals, environment: NodeJS.ProcessEnv = {}) {
  const trace = await readTrace(arrivals, environment);
  if (trace === undefined) {
    throw new Error('nothing was read');
  }
  return trace;
}

/** Figures of the samples, computed once by another program. */
describe('the samples', () => {
  it('ragpulse: the first 600 requests', async () => {
    const summary = summariseTrace((await read(ragpulse)).requests);
    expect(summary).toMatchObject({
      requests: 600,
      spanSeconds: 27_668,
      meanPerHour: 75,
      peakPerHour: 107,
      inputTokensP50: 3191,
      outputTokensP50: 195,
    });
    expect(summary.peakToMean).toBeCloseTo(1.426667, 6);
    expect(summary.repeatedQueryShare).toBeCloseTo(61 / 600, 12);
    expect(summary.repeatedPassageShare).toBeCloseTo(1 - 985 / 2953, 12);
    // Published of the whole: exact repeats 11.5 %, input p50 3140 tokens. A third of a day repeats as much, not more.
    expect(Math.abs((summary.repeatedQueryShare ?? 0) - 0.115)).toBeLessThan(0.03);
    expect((summary.inputTokensP50 ?? 0) / 3140).toBeCloseTo(1, 1);
  });

  it('azure: the first 3,000 requests', async () => {
    const summary = summariseTrace((await read(azure)).requests);
    expect(summary).toMatchObject({ requests: 3000, spanSeconds: 628.703398, inputTokensP50: 1041, outputTokensP50: 217 });
    expect(summary.gapCvPerMinute).toBeCloseTo(0.999046, 6);
    // Published of the whole: CV about 1.02 per minute, context p50 1020.
    expect(Math.abs((summary.gapCvPerMinute ?? 0) / 1.02 - 1)).toBeLessThan(0.05);
    expect(Math.abs((summary.inputTokensP50 ?? 0) / 1020 - 1)).toBeLessThan(0.05);
    // One hour is no base for a peak, and nothing is known of what was asked.
    expect(summary).not.toHaveProperty('peakToMean');
    expect(summary.repeatedQueryShare).toBeUndefined();
    expect(summary.repeatedPassageShare).toBeUndefined();
  });
});

describe('summariseTrace', () => {
  it('counts hours without requests, and leaves out what was not recorded', () => {
    const requests = [0.5, 0.6, 3.2].map((hours) => ({ atUs: hours * 3.6e9 }));
    expect(summariseTrace(requests)).toEqual({ requests: 3, spanSeconds: 9720, meanPerHour: 0.75, peakPerHour: 2, peakToMean: 2 / 0.75 });
    expect(() => summariseTrace([])).toThrow(RangeError);
  });
});

describe('readTrace', () => {
  it('reads nothing for another process', async () => {
    expect(await readTrace('poisson')).toBeUndefined();
  });

  it('puts the full file that the environment names in the place of a sample, and of nothing else', async () => {
    const full = path.join(folder, 'full.jsonl');
    const [first = '', second = ''] = readFileSync(new URL('../../fixtures/traces/ragpulse-sample.jsonl', import.meta.url), 'utf8').split(
      '\n',
    );
    writeFileSync(full, `${first}\n${second}\n`);
    const environment = { RAG_TESTBED_RAGPULSE_TRACE: full };
    expect(await read(ragpulse, environment)).toMatchObject({ file: full, requests: [{}, {}] });
    expect((await read(azure, environment)).requests).toHaveLength(3000);
    const own = path.join(folder, 'own.jsonl');
    writeFileSync(own, `${first}\n${second}\n${second}\n`);
    expect((await read({ ...ragpulse, file: own }, environment)).requests).toHaveLength(3);
  });

  it('refuses what is not there and what is no trace', async () => {
    const missing = { ...ragpulse, file: path.join(folder, 'missing.jsonl') };
    await expect(read(missing)).rejects.toMatchObject({ code: 'unreadable_trace', exitCode: 78 });
    await expect(read({ ...ragpulse, file: folder })).rejects.toMatchObject({ code: 'unreadable_trace' });
    await expect(read({ ...azure, format: 'ragpulse' })).rejects.toMatchObject({ code: 'invalid_trace' });
  });
});

describe('replayDescription', () => {
  const plan = planOf({ scenario: singleVsSharded, profile: 'smoke', seed: 1, runId: 'replay', variants: ['single'] });

  it('names the file, its size and the time scale', async () => {
    const trace = await read(azure);
    const steps = plan.steps.slice(0, 1).map((step) => ({ ...step, ratePerSecond: 100, warmUpSeconds: 5, steadySeconds: 20 }));
    expect(replayDescription(azure, trace, { ...plan, steps })).toMatch(
      /azure-conversation-sample\.csv: 3000 requests over 0\.2 h; time × 20\.96 \(for the asked rate\)$/,
    );
    expect(replayDescription({ ...azure, timeScale: 4 }, trace, { ...plan, steps })).toMatch(/time × 4 \(as given\)$/);
  });
});

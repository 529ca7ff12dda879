import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ResultVariant } from '../contract/result.ts';
import type { ReplayBin, TraceReplay } from '../contract/trace-replay.ts';
import { findings, variant, window } from './findings.testing.ts';
import { judgeClaims } from './index.ts';
import { claimsFrom } from './registry.ts';

const claims = claimsFrom(await readFile(new URL('../../fixtures/claims.yaml', import.meta.url), 'utf8'), 'fixtures/claims.yaml');

const hoursOf = (hours: number, spared: number, answers = 100): ReplayBin[] =>
  Array.from({ length: hours }, (_, bin) => ({
    bin,
    arrivals: answers,
    succeeded: answers,
    answers,
    hits: Math.round(answers * spared),
    shared: 0,
    p50Ms: 1,
    p95Ms: 2,
  }));

function replayed(id: string, bins: ReplayBin[], repeatedQueryShare: number, rest: Partial<TraceReplay> = {}): ResultVariant {
  const figures = {
    requests: 100,
    spanSeconds: bins.length * 3_600,
    meanPerHour: 100,
    peakPerHour: 100,
    repeatedQueryShare,
  };
  const base = variant({ id, runs: [window({ rate: 40, phase: 'judged' })] });
  return {
    ...base,
    topology: { ...base.topology, cache: { answers: { ttlSeconds: 3_600, expiry: 'absolute' } } },
    traceReplay: {
      file: 'week.jsonl',
      format: 'ragpulse',
      questions: 'recorded',
      answerLengths: 'recorded',
      timeScale: 1000,
      repetitions: 1,
      recorded: figures,
      offered: figures,
      binSeconds: 3_600,
      bins,
      ...rest,
    },
  };
}

const judged = (id: string, variants: readonly ResultVariant[]) =>
  judgeClaims(
    claims.filter((claim) => claim.id === id),
    findings(variants, { scenario: 'trace-replay' }),
  )[0];

describe('engineering-alert-hit-ratio', () => {
  const verdict = (...given: Parameters<typeof replayed>) => judged('engineering-alert-hit-ratio', [replayed(...given)])?.verdict;

  it('is refuted where healthy hours are below the threshold, and confirmed where none may be', () => {
    expect(verdict('cache', hoursOf(168, 0.11), 0.11)).toBe('refuted');
    expect(verdict('cache', hoursOf(168, 0.9), 0.9)).toBe('confirmed');
    expect(verdict('cache', hoursOf(168, 0.6), 0.6)).toBe('undecided');
  });

  it('does not blame the hours in which the cache fills', () => {
    const filling = [...hoursOf(24, 0), ...hoursOf(168, 0.9).slice(24)];
    const spared = (144 * 90) / (168 * 100);
    expect(verdict('cache', filling, spared)).toBe('confirmed');
  });

  it('is undecided where the repeats were changed, less than a week was replayed, or hours have too few answers', () => {
    expect(verdict('cache', hoursOf(168, 0.11), 0.2)).toBe('undecided');
    expect(verdict('cache', hoursOf(8, 0.11), 0.11)).toBe('undecided');
    expect(verdict('cache', hoursOf(168, 0.2, 10), 0.2)).toBe('undecided');
    expect(judged('engineering-alert-hit-ratio', [])?.verdict).toBe('undecided');
  });
});

describe('askbot-load-questions', () => {
  const five = (spared: number) => ({
    ...replayed('five-questions', hoursOf(50, spared), spared, { questions: 'drawn' }),
    workload: { ...findings([]).workload, queries: { distinct: 5, zipfExponent: 0, neverRepeatedShare: 0, topK: 10 } },
  });
  const real = replayed('real', hoursOf(50, 0.11), 0.11);

  it('compares the two hit ratios at one rate', () => {
    expect(judged('askbot-load-questions', [real, five(0.99)])).toMatchObject({ verdict: 'refuted', measured: { value: 88 } });
    expect(judged('askbot-load-questions', [real, five(0.12)])?.verdict).toBe('confirmed');
    expect(judged('askbot-load-questions', [real, five(0.16)])?.verdict).toBe('undecided');
  });

  it('is undecided where one of them is missing or came at another rate', () => {
    expect(judged('askbot-load-questions', [real])?.verdict).toBe('undecided');
    const faster = { ...five(0.99), runs: [window({ rate: 60, phase: 'judged' })] };
    expect(judged('askbot-load-questions', [real, faster])?.verdict).toBe('undecided');
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { contradictionSchema, judgedClaimSchema } from '../contract/claim.ts';
import type { OverloadSecond } from '../contract/overload.ts';
import type { ResultVariant } from '../contract/result.ts';
import { asked, fiveQuestions, loadTest, overload, underAll, workload } from './askbot-findings.testing.ts';
import { contradictionsOf } from './contradictions.ts';
import { judgeClaims } from './index.ts';
import type { Findings } from './judge.ts';
import { claimsFrom } from './registry.ts';

const claims = claimsFrom(await readFile(new URL('../../fixtures/claims.yaml', import.meta.url), 'utf8'), 'fixtures/claims.yaml');
const judge = (found: Findings, id: string) => {
  const [claim] = judgeClaims(
    claims.filter((each) => each.id === id),
    found,
  );
  return judgedClaimSchema.parse(claim);
};
const of = (id: string, variants: readonly ResultVariant[], rest: Partial<Findings> = {}) => judge(loadTest(variants, rest), id);
const verdict = (...given: Parameters<typeof of>) => of(...given).verdict;

describe('response times of the load test', () => {
  const mean = (seconds: number) => ({ 'ask-response-mean': { value: seconds * 1000, low: seconds * 900, high: seconds * 1100 } });

  it('are confirmed or refuted where all models and both kinds of questions agree, with the figure', () => {
    const fast = [...underAll({ metrics: mean(1) }), ...underAll({ five: true, metrics: mean(0.01) })];
    expect(of('askbot-load-mean', fast)).toMatchObject({ verdict: 'confirmed', measured: { value: 1000, unit: 'ms' } });
    expect(of('askbot-load-mean', underAll({ metrics: mean(5) }))).toMatchObject({ verdict: 'refuted', measured: { value: 5000 } });
    expect(of('askbot-load-mean', underAll({ metrics: mean(1.2) }))).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('1.2 s (1.08 s to 1.32 s)'),
    });
  });

  it('stay open where models or questions do not agree, and say which say what', () => {
    const [first, ...others] = underAll({ metrics: mean(5) });
    const mixed = of('askbot-load-mean', [asked({ metrics: mean(1) }), ...others]);
    expect(mixed.verdict).toBe('undecided');
    expect(mixed.why).toContain('refuted: gpt-4o-mini-repeats-closed 5 s (4.5 s to 5.5 s), sonnet-4-6-repeats-closed');
    expect(mixed.why).toContain('confirmed: gemini-2-5-flash-repeats-closed 1 s');
    expect(
      verdict('askbot-load-mean', [...underAll({ five: true, metrics: mean(0.01) }), ...(first === undefined ? [] : [first, ...others])]),
    ).toBe('undecided');
  });

  it('need three models, thirty asks in the tail, and a thousand users before they can be kept', () => {
    expect(of('askbot-load-mean', [asked({ metrics: mean(5) })]).why).toContain('under 1 of 3 models only');
    const p99 = (samples: number) => ({ 'ask-response-p99': { value: 1000, samples } });
    expect(verdict('askbot-load-p99', underAll({ metrics: p99(3000) }))).toBe('confirmed');
    expect(of('askbot-load-p99', underAll({ metrics: p99(2999) })).why).toContain('29 asks beyond it, 30 are needed');
    const p95 = (seconds: number) => ({ 'ask-response-p95': seconds * 1000 });
    expect(of('askbot-load-p95', underAll({ users: 200, metrics: p95(1) }))).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('with 200 users'),
    });
    expect(verdict('askbot-load-p95', underAll({ users: 200, metrics: p95(9) }))).toBe('refuted');
  });

  it('leave streams and open arrivals to others', () => {
    expect(of('askbot-load-mean', underAll({ streamed: true, metrics: mean(1) })).why).toContain('was not run');
    expect(of('askbot-load-mean', underAll({ open: true, metrics: mean(1) })).why).toContain('was not run');
  });
});

describe('what users of the load test get', () => {
  it('success: by the interval, degraded answers told apart', () => {
    const success = (low: number, high: number) => ({
      'achieved-ratio': { value: (low + high) / 2, low, high },
      'complete-answer-ratio': 0.5,
    });
    expect(verdict('askbot-load-success', underAll({ metrics: success(0.998, 1) }))).toBe('confirmed');
    expect(of('askbot-load-success', underAll({ metrics: success(0.9, 0.95) }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('50 % of the answers degraded'),
    });
    expect(verdict('askbot-load-success', underAll({ metrics: success(0.99, 1) }))).toBe('undecided');
  });

  it('throughput: only where it accounts for the users, within two per cent', () => {
    const rate = (perSecond: number, responseSeconds: number) => ({
      'achieved-rate': { value: perSecond, samples: perSecond * 10 },
      'offered-rate': perSecond,
      'pooled-response-mean': responseSeconds * 1000,
    });
    expect(of('askbot-load-throughput', underAll({ metrics: rate(490, 0.04) }))).toMatchObject({
      verdict: 'confirmed',
      measured: { value: 490 },
    });
    expect(verdict('askbot-load-throughput', underAll({ metrics: rate(125, 6) }))).toBe('refuted');
    expect(of('askbot-load-throughput', underAll({ metrics: rate(125, 5) })).why).toContain('accounts for 87.5 % of the users');
    expect(of('askbot-load-throughput', underAll({ users: 200, metrics: rate(100, 0) })).why).toContain('100/s from 200 users');
  });

  it('hits: a third of them, within five per cent, and none that are degraded', () => {
    const hits = (share: number, complete = 1) => ({
      'answer-hit-ratio': { value: share, low: share - 0.01, high: share + 0.01 },
      'answer-shared-ratio': 0.02,
      'complete-answer-ratio': complete,
    });
    expect(verdict('askbot-load-hit-ratio', underAll({ metrics: hits(0.35) }))).toBe('confirmed');
    expect(of('askbot-load-hit-ratio', underAll({ five: true, metrics: hits(0.99) })).why).toContain(
      '99 % and 2 % shared in flight, five questions',
    );
    expect(verdict('askbot-load-hit-ratio', underAll({ metrics: hits(0.11) }))).toBe('refuted');
    expect(verdict('askbot-load-hit-ratio', underAll({ metrics: hits(0.4) }))).toBe('undecided');
    expect(verdict('askbot-load-hit-ratio', underAll({ metrics: hits(0.35, 0.9) }))).toBe('undecided');
  });

  it('probes: harmless within five per cent, refuted where they flatter', () => {
    const mix = (asks: number, pooled: number) => ({ 'ask-response-mean': asks, 'pooled-response-mean': pooled });
    expect(verdict('askbot-load-mix', underAll({ metrics: mix(1000, 960) }))).toBe('confirmed');
    expect(of('askbot-load-mix', underAll({ metrics: mix(1000, 909) })).why).toContain('pooled mean is 90.9 %');
    expect(verdict('askbot-load-mix', underAll({ metrics: mix(1000, 909) }))).toBe('refuted');
    const few = { 'ask-response-mean': { value: 1000, samples: 29 }, 'pooled-response-mean': 909 };
    expect(verdict('askbot-load-mix', underAll({ metrics: few }))).toBe('undecided');
  });

  it('the model: four fifths of the time, ten per cent around it', () => {
    const share = (value: number, samples = 1000) => ({ 'generate-share': { value, samples }, 'miss-response-mean': 5000 });
    expect(verdict('askbot-llm-share', underAll({ metrics: share(0.75) }))).toBe('confirmed');
    expect(verdict('askbot-llm-share', underAll({ metrics: share(0.5) }))).toBe('refuted');
    expect(verdict('askbot-llm-share', underAll({ metrics: share(0.75, 99) }))).toBe('undecided');
    expect(of('askbot-llm-share', underAll({ metrics: { 'generate-share': 0 } })).why).toContain('none of which the model answered');
  });

  it('a hit: by its median and its P95', () => {
    const hit = (p50: number, p95: number, samples = 1000) => ({
      'hit-response-p50': { value: p50, samples },
      'hit-response-p95': { value: p95, samples },
    });
    expect(verdict('askbot-hit-response-time', underAll({ metrics: hit(5, 50) }))).toBe('confirmed');
    expect(verdict('askbot-hit-response-time', underAll({ metrics: hit(5, 51) }))).toBe('undecided');
    expect(verdict('askbot-hit-response-time', underAll({ metrics: hit(51, 60) }))).toBe('refuted');
    expect(of('askbot-hit-response-time', underAll({ metrics: hit(5, 6, 599) })).why).toContain('599 hits');
  });

  it('ten minutes: no errors, no trend in time or memory, and everybody active', () => {
    const long = { ...loadTest([]).settings, steadySeconds: 600 };
    const resident = (bytes: (second: number) => number) => [
      {
        stepId: 'step',
        servers: [
          {
            tier: 'query' as const,
            id: 'query-0',
            points: Array.from({ length: 60 }, (_, index) => ({ seconds: index * 10, residentBytes: Math.round(bytes(index * 10)) })),
          },
        ],
      },
    ];
    const run = (firstMs: number, lastMs: number) => [
      {
        stepId: 'step',
        order: 0,
        phase: 'judged' as const,
        repetition: 1,
        offeredPerSecond: 1,
        achievedPerSecond: 1,
        validity: { verdict: 'valid' as const, reasons: [], checks: [] },
        counts: { issued: 1, succeeded: 1, failed: {} },
        askTrend: { firstMs, lastMs },
      },
    ];
    const users = (errors: number, rate: number, runs: ResultVariant['runs'], bytes: (second: number) => number = () => 1e8) =>
      underAll({
        metrics: { 'error-ratio': errors, 'offered-rate': rate, 'pooled-response-mean': 2000 },
        rest: { runs, serverSeries: resident(bytes) },
      });
    const ten = (...given: Parameters<typeof users>) => of('askbot-load-users', users(...given), { settings: long });
    expect(ten(0, 250, run(2000, 2100)).verdict).toBe('confirmed');
    expect(ten(0.01, 250, run(2000, 2000)).why).toContain('1 % errors');
    expect(ten(0, 250, run(2000, 2300)).why).toContain('response time grew from 2 s to 2.3 s');
    expect(ten(0, 250, run(2, 3)).verdict).toBe('confirmed');
    expect(ten(0, 240, run(2000, 2000)).why).toContain('96 % of the users were active');
    expect(ten(0, 250, run(2000, 2000), (second) => 1e8 * (1 + second / 600)).why).toContain('memory grew by');
    expect(of('askbot-load-users', users(0, 250, run(2000, 2000))).why).toContain('held in 10 s of 600 s');
    expect(verdict('askbot-load-users', users(0.01, 250, run(2000, 2000)))).toBe('refuted');
  });
});

describe('promises', () => {
  it('a P95 of three seconds is broken by one variant, closed or open, and needs both to be kept', () => {
    const p95 = (ms: number) => ({ 'ask-response-p95': ms });
    const both = (closedMs: number, openMs: number) => [
      ...underAll({ metrics: p95(closedMs) }),
      ...underAll({ open: true, metrics: p95(openMs) }),
    ];
    expect(verdict('askbot-p95-target', both(2000, 2500))).toBe('confirmed');
    expect(of('askbot-p95-target', both(2000, 3500))).toMatchObject({ verdict: 'refuted', measured: { value: 3500 } });
    expect(verdict('askbot-p95-target', both(3500, 2000))).toBe('refuted');
    expect(of('askbot-p95-target', underAll({ metrics: p95(2000) })).why).toContain('closed and open are both needed');
    const scaled = [...underAll({ users: 200, metrics: p95(2000) }), ...underAll({ open: true, metrics: p95(2000) })];
    expect(verdict('askbot-p95-target', scaled)).toBe('undecided');
  });

  it('the first event of a stream comes in a tenth of its time, in a thousand streams whose states are in order', () => {
    const stream = (firstMs: number, samples = 1000) =>
      underAll({
        streamed: true,
        metrics: {
          'time-to-first-event-p95': firstMs,
          'time-to-first-token-p95': 1200,
          'ask-stream-response-p95': { value: 5000, samples },
        },
      });
    const order = (found: 'pass' | 'fail') => ({
      checkers: [
        {
          id: 'stream-order',
          verdict: found,
          checked: 1000,
          violations: found === 'fail' ? 1 : 0,
          exampleRequestIds: [],
          why: 'x had another order',
        },
      ],
    });
    const claim = 'engineering-stream-first-event';
    expect(of(claim, stream(10), order('pass'))).toMatchObject({ verdict: 'confirmed', measured: { value: 0.002 } });
    expect(of(claim, stream(10), order('pass')).why).toContain('the first token after 1.2 s');
    expect(verdict(claim, stream(500), order('pass'))).toBe('refuted');
    expect(of(claim, stream(10), order('fail')).why).toContain('another order');
    expect(verdict(claim, stream(10))).toBe('undecided');
    expect(of(claim, stream(10, 999), order('pass')).why).toContain('999 streams, 1000 are needed');
  });

  it('errors below a thousandth need three thousand requests, and one variant breaks them', () => {
    const errors = (value: number, high: number, samples = 5000) => ({ 'error-ratio': { value, low: value, high, samples } });
    const claim = 'production-error-ratio';
    expect(verdict(claim, underAll({ metrics: errors(0, 0.0008) }))).toBe('confirmed');
    expect(of(claim, underAll({ metrics: errors(0, 0.0008, 2999) })).why).toContain('2999 requests, 3000 are needed');
    expect(verdict(claim, underAll({ metrics: errors(0, 0.002) }))).toBe('undecided');
    expect(verdict(claim, [...underAll({ metrics: errors(0, 0.0008) }), asked({ open: true, metrics: errors(0.01, 0.02) })])).toBe(
      'refuted',
    );
  });

  it('timeouts below a hundredth hold at the nominal rate and to the knee of one instance', () => {
    const claim = 'production-timeout-ratio';
    const nominal = underAll({ metrics: { 'timeout-ratio': { value: 0, low: 0, high: 0.001 } } });
    const late = (second: number): Partial<OverloadSecond> =>
      second > 10 && second < 20 ? { succeeded: 20, failed: { timeout: 5, 'stalled-stream': 5 } } : {};
    expect(of(claim, nominal).why).toContain('nothing was driven to its knee');
    expect(of(claim, nominal, { overloads: [overload()] })).toMatchObject({
      verdict: 'confirmed',
      why: expect.stringContaining('0 of 630 requests'),
    });
    expect(of(claim, nominal, { overloads: [overload(late)] })).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('90 of 630'),
    });
    expect(verdict(claim, underAll({ metrics: { 'timeout-ratio': { value: 0.02, low: 0.015, high: 0.03 } } }))).toBe('refuted');
    expect(verdict(claim, nominal, { overloads: [overload(() => ({}), { planted: 'memory' })] })).toBe('undecided');
  });
});

describe('the failure story', () => {
  const slower =
    (factor: number) =>
    (second: number): Partial<OverloadSecond> =>
      second < 20 ? {} : { responseMs: { mean: 2000 * factor, p50: 2000 * factor, p95: 2000 * factor } };
  const story = (id: string, ...ramps: Parameters<typeof overload>[]) =>
    of(id, [], { overloads: ramps.map((given) => overload(...given)) });

  it('a slowdown is confirmed where most requests still succeed, and refuted where they fail before', () => {
    expect(story('askbot-peak-slowdown', [slower(8)])).toMatchObject({ verdict: 'confirmed', measured: { value: 8, unit: 'ratio' } });
    expect(story('askbot-peak-slowdown', [slower(3)]).verdict).toBe('undecided');
    const shedding = (second: number): Partial<OverloadSecond> =>
      second < 15 ? {} : { ...slower(8)(second), succeeded: 5, failed: { 'http-5xx': 25 } };
    expect(story('askbot-peak-slowdown', [shedding])).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('most requests failed'),
    });
    expect(of('askbot-peak-slowdown', [], { leftOut: [{ variant: 'one-instance', why: 'there was no room' }] }).why).toContain(
      'there was no room',
    );
    const unfit = { validity: { verdict: 'invalid' as const, reasons: ['the generator was busy'] } };
    expect(story('askbot-peak-slowdown', [slower(8), unfit]).why).toContain('the generator was busy');
    // What was planted in another instance says nothing of a plain one.
    expect(story('askbot-peak-slowdown', [slower(8), { planted: 'connections' }]).verdict).toBe('undecided');
  });

  it('memory is confirmed where it ended the process, and refuted where something else gave out first', () => {
    const heap = (kind: 'memory' | 'cpu' | 'none') =>
      story('askbot-memory-exhaustion', [
        undefined,
        {
          topology: { query: { replicas: 1, heapMiB: 192 } },
          first: { kind, atSecond: 20, ratePerSecond: 120, evidence: 'what was seen' },
          servers: [
            {
              tier: 'query',
              id: 'query-0',
              points: [
                { seconds: 0, heapUsedBytes: 48 * 2 ** 20 },
                { seconds: 1, heapUsedBytes: 144 * 2 ** 20 },
              ],
            },
          ],
        },
      ]);
    expect(heap('memory')).toMatchObject({ verdict: 'confirmed', measured: { value: 75, unit: '%' } });
    expect(heap('cpu')).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('cpu gave out first at 120 requests/s: what was seen'),
    });
    expect(heap('none').why).toContain('levelled off below the limit');
    expect(story('askbot-memory-exhaustion', []).why).toContain('was not run');
  });

  it('a full pool is confirmed where what arrives then fails, and refuted where it waits and is answered', () => {
    const full = Array.from({ length: 10 }, (_, index) => ({ seconds: 20 + index, pools: [{ peer: 'vector', inUse: 4, waiting: 9 }] }));
    const limited = {
      topology: { query: { replicas: 1, vectorConnections: 4 } },
      servers: [{ tier: 'query' as const, id: 'query-0', points: full }],
    };
    expect(story('askbot-connection-limit', [undefined, limited])).toMatchObject({
      verdict: 'refuted',
      measured: { value: 0, unit: '%' },
      why: expect.stringContaining('of 300 requests that arrived while all 4 connections were in use, 0 failed'),
    });
    const failing = (second: number): Partial<OverloadSecond> => (second < 20 ? {} : { succeeded: 0, failed: { 'http-5xx': 30 } });
    expect(story('askbot-connection-limit', [failing, limited]).verdict).toBe('confirmed');
    expect(story('askbot-connection-limit', [failing, { ...limited, servers: [] }]).why).toContain('0 requests arrived');
  });
});

describe('contradictions of the load test', () => {
  const variants = [
    ...underAll({ metrics: { 'achieved-rate': 130, 'pooled-response-mean': 5600, 'miss-response-mean': 6200, 'error-ratio': 0 } }),
    asked({ five: true, metrics: { 'answer-hit-ratio': 0.999 } }),
  ];
  const found = contradictionsOf(claims, loadTest(variants));
  const one = (id: string) => found.find((each) => each.id === id);

  it('are computed from the registry, with what was measured beside them', () => {
    for (const each of found) {
      expect(contradictionSchema.parse(each)).toEqual(each);
    }
    expect(one('rate-of-the-users')).toMatchObject({
      arithmetic: '1000 / (2 + 1.2) = 312.5',
      implied: { value: 312.5, unit: 'requests/s' },
      claimed: { value: 450 },
      measured: [{ value: 130 }, { value: 130 }, { value: 130 }],
    });
    expect(one('mean-for-the-rate')).toMatchObject({
      arithmetic: '1000 / 450 − 2 = 0.22',
      statement: expect.stringContaining('at most 500/s'),
    });
    expect(one('misses-of-five-questions')).toMatchObject({
      statement: '5 questions that live for 3600 s miss 5 times in 600 s, which leaves no room for 65 % misses',
      measured: [{ variant: 'gemini-2-5-flash-five-closed', value: 99.9, unit: '%' }],
    });
    expect(one('misses-for-the-mean')).toMatchObject({
      arithmetic: '(1.2 − 0.35 × 0.05) / 0.65 = 1.82',
      measured: [{ value: 6.2, unit: 's' }, {}, {}],
    });
    expect(one('success-against-errors')).toMatchObject({ arithmetic: '100 % − 99.7 % = 0.3 %, the limit is 0.1 %' });
    expect(one('timeouts-against-errors')?.statement).toContain('1 % timeouts cannot go with 0.1 % errors');
  });

  it('follow the claims: another mean gives another rate', () => {
    const changed = claims.map((claim) => (claim.id === 'askbot-load-mean' ? { ...claim, value: 3 } : claim));
    expect(contradictionsOf(changed, loadTest(variants))[0]?.arithmetic).toBe('1000 / (2 + 3) = 200');
  });

  it('are none of another scenario, of a run without closed loops, or of a registry without the claims', () => {
    expect(contradictionsOf(claims, { ...loadTest(variants), scenario: 'another' })).toEqual([]);
    expect(contradictionsOf(claims, loadTest([asked({ open: true })]))).toEqual([]);
    expect(contradictionsOf(claims.slice(0, 1), loadTest(variants))).toEqual([]);
    expect(contradictionsOf(claims, loadTest(underAll({}))).some(({ id }) => id === 'misses-of-five-questions')).toBe(false);
    expect(workload.queries).not.toEqual(fiveQuestions);
  });
});

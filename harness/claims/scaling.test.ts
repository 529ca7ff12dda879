import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { judgedClaimSchema } from '../contract/claim.ts';
import { judgeClaims } from './index.ts';
import { claimsFrom } from './registry.ts';
import { grown, type Shape, scalingFindings } from './scaling-findings.testing.ts';

const claims = claimsFrom(await readFile(new URL('../../fixtures/claims.yaml', import.meta.url), 'utf8'), 'fixtures/claims.yaml');
const assigned = claims.filter(({ scenario }) => scenario === 'scaling-rules');

function judge(id: string, shapes: Readonly<Record<string, Shape>>) {
  const [claim] = judgeClaims(
    assigned.filter((each) => each.id === id),
    scalingFindings(shapes),
  );
  return judgedClaimSchema.parse(claim);
}
const verdict = (...given: Parameters<typeof judge>) => judge(...given).verdict;

/** The same shape under several ids. */
const all = (ids: readonly string[], shape: Shape) => Object.fromEntries(ids.map((id) => [id, shape]));
const missedSince = (from: number, to = 600) => ({ bins: (second: number) => (second >= from && second < to ? { p95Ms: 9_000 } : {}) });

describe('claims about autoscaling', () => {
  it('are sixteen, each undecided by name where its variants were not simulated, and told as simulated', () => {
    const judged = judgeClaims(assigned, scalingFindings({ other: {} }));
    expect(judged).toHaveLength(16);
    for (const { verdict: found, why } of judged) {
      expect(found).toBe('undecided');
      expect(why).toMatch(/was not run|cannot decide/);
      expect(why).toContain('a simulation in virtual time (discrete-event simulation 0.1.0), in which nothing was measured');
      expect(why).toContain('service times measured: invented times');
      expect(why).not.toMatch(/NaN|undefined|Infinity|equal total/);
    }
  });

  it('bounds of 3 to 20: by demand at 1000/s, and by what the floor survives', () => {
    const loads = ['spike', 'step', 'diurnal', 'trace'].map((load) => `measured-${load}-askbot-hpa`);
    const lost = 'measured-base-one-of-three-lost';
    const good = { 'goal-static-at-peak': { demand: [7] }, [lost]: {}, ...all(loads, { demand: [2, 9] }) };
    expect(judge('askbot-hpa-bounds', good)).toMatchObject({ verdict: 'confirmed', measured: { value: 7, unit: 'replicas' } });
    expect(verdict('askbot-hpa-bounds', { ...good, 'goal-static-at-peak': { demand: [21] } })).toBe('refuted');
    expect(judge('askbot-hpa-bounds', { ...good, 'goal-static-at-peak': { demand: [21], source: 'assumed' } })).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('not measured'),
    });
    expect(judge('askbot-hpa-bounds', { ...good, [lost]: { missed: [60, 5] } }).why).toContain('not seen to survive');
    expect(verdict('askbot-hpa-bounds', { ...good, 'measured-trace-askbot-hpa': { demand: [22] } })).toBe('undecided');
  });

  it('CPU at 70 %: on the frontier between violations and replica-hours, or not', () => {
    const at = (fifty: Shape, seventy: Shape, ninety: Shape) =>
      Object.assign(
        {},
        ...['spike', 'step', 'diurnal'].map((load) => ({
          [`${load}-hpa-cpu-50`]: fifty,
          [`${load}-askbot-hpa`]: seventy,
          [`${load}-hpa-cpu-90`]: ninety,
        })),
      ) as Record<string, Shape>;
    const seventy: Shape = { missed: [60, 5], hours: [2, 0.1] };
    const fifty: Shape = { missed: [30, 5], hours: [3, 0.1] };
    const ninety: Shape = { missed: [120, 5], hours: [1, 0.1] };
    expect(judge('askbot-hpa-cpu', at(fifty, seventy, ninety))).toMatchObject({ verdict: 'confirmed', measured: { value: 60, unit: 's' } });
    expect(judge('askbot-hpa-cpu', at({ missed: [30, 5], hours: [1, 0.1] }, seventy, ninety))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('spike-hpa-cpu-50 is better on both'),
    });
    expect(verdict('askbot-hpa-cpu', at({ missed: [58, 5], hours: [2, 0.1] }, seventy, ninety))).toBe('undecided');
    const { 'step-askbot-hpa': _, ...fewer } = at(fifty, seventy, ninety);
    expect(judge('askbot-hpa-cpu', fewer)).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('3 simulated runs were to confirm it'),
    });
  });

  it('memory: whether it comes before the failures, and lets go', () => {
    const id = 'askbot-hpa-memory';
    const failing = { bins: (second: number) => (second >= 300 ? { failed: 10 } : {}) };
    expect(verdict(id, { 'spike-memory-hpa': { decisions: grown(120), ready: [3, 6, 3] } })).toBe('confirmed');
    expect(judge(id, { 'spike-memory-hpa': { decisions: grown(120), ready: [3, 6, 20] } })).toMatchObject({
      verdict: 'refuted',
      measured: { value: 20 },
    });
    expect(judge(id, { 'spike-memory-hpa': { decisions: grown(400), ready: [3, 6, 3], ...failing } }).why).toContain('after the failures');
    expect(judge(id, { 'spike-memory-hpa': {} }).why).toContain('never reached its target');
    expect(verdict(id, { 'spike-memory-hpa': { decisions: grown(120), ready: [3, 20], source: 'assumed' } })).toBe('undecided');
  });

  it('scale-up of four pods a minute: against the errors of a day', () => {
    const spike = { shape: 'spike' as const, basePerSecond: 20, peakPerSecond: 200, atSeconds: 60, widthSeconds: 60 };
    const step = { shape: 'step' as const, steps: [{ fromSeconds: 0, ratePerSecond: 20 }] };
    const of = (shape: Shape) => ({
      ...all(['spike-askbot-hpa', 'measured-spike-askbot-hpa'], { profile: spike, ...shape }),
      ...all(['step-askbot-hpa', 'measured-step-askbot-hpa'], { profile: step, ...shape }),
    });
    // 20/s for a day, of which one in a thousand may fail.
    expect(verdict('askbot-hpa-scale-up', of({ counts: { refused: 1_728 } }))).toBe('confirmed');
    expect(judge('askbot-hpa-scale-up', of({ counts: { refused: 1_700, timedOut: 29 } }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('1729 simulated requests failed of 1728'),
    });
    expect(verdict('askbot-hpa-scale-up', of(missedSince(300)))).toBe('refuted');
    expect(judge('askbot-hpa-scale-up', of({ demand: [1, 3] }))).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('3 replicas were needed, and there were 3'),
    });
  });

  it('scale-down of one pod every two minutes: what it avoids, and at what price', () => {
    const of = (slow: Shape, fast: Shape) => ({ 'day-askbot-hpa': slow, 'day-fast-in': fast });
    const id = 'askbot-hpa-scale-down';
    expect(verdict(id, of({ missed: [10, 1], hours: [10.5, 0.1] }, { missed: [50, 5], hours: [10, 0.1] }))).toBe('confirmed');
    expect(judge(id, of({ missed: [0, 0], hours: [15, 0.1] }, { missed: [0, 0], hours: [10, 0.1] }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('no violation avoided'),
    });
    // Both missed it alike in every replication.
    expect(verdict(id, of({ missed: [470, 60], hours: [15, 0.1] }, { missed: [470, 60], hours: [10, 0.1] }))).toBe('refuted');
    expect(judge(id, of({ missed: [10, 5], hours: [15, 0.1] }, { missed: [12, 5], hours: [10, 0.1] })).why).toContain('overlap');
    expect(verdict(id, of({ missed: [10, 1], hours: [15, 0.1] }, { missed: [50, 5], hours: [10, 0.1] }))).toBe('undecided');
  });

  it('cold starts: twenty of them, against the P99 of a warm replica', () => {
    const ready = Array.from({ length: 41 }, (_, index) => index % 2);
    const of = (firstMs: number, starts = ready, zeroHours = 0.5) => ({
      'cold-keda-zero': {
        ready: starts,
        hours: [zeroHours, 0.01] as const,
        bins: (second: number) => (second % 60 === 0 ? { arrivals: 0 } : { p50Ms: firstMs }),
      },
      'cold-static-at-peak': { p99Ms: 4_000 },
    });
    const id = 'system-serverless-cold-start';
    expect(judge(id, of(30_000))).toMatchObject({ verdict: 'confirmed', measured: { value: 30_000, unit: 'ms' } });
    expect(verdict(id, of(7_000))).toBe('refuted');
    expect(verdict(id, of(30_000, ready, 2))).toBe('refuted');
    expect(verdict(id, of(30_000, ready, 1.005))).toBe('undecided');
    expect(judge(id, of(30_000, ready.slice(0, 39))).why).toContain('19 simulated cold starts');
  });

  it('chapter B’s autoscaler beside chapter A’s, over all five loads', () => {
    const of = (own: Shape, other: Shape, loads = ['spike', 'step', 'ramp', 'diurnal', 'trace']) => ({
      ...all(
        loads.map((load) => `${load}-default-hpa`),
        own,
      ),
      ...all(
        loads.map((load) => `${load}-askbot-hpa`),
        other,
      ),
    });
    const id = 'system-hpa-defaults';
    const better: Shape = { missed: [10, 1], hours: [1, 0.1] };
    const worse: Shape = { missed: [20, 1], hours: [2, 0.1] };
    expect(verdict(id, of(better, worse))).toBe('confirmed');
    expect(verdict(id, of({ ...better, missed: [0, 0] }, { ...worse, missed: [0, 0] }))).toBe('confirmed');
    expect(verdict(id, of(worse, better))).toBe('refuted');
    expect(verdict(id, of({ missed: [10, 1], hours: [3, 0.1] }, worse))).toBe('undecided');
    expect(verdict(id, of(better, worse, ['spike']))).toBe('undecided');
    // An unstable rule is worse than any other.
    expect(verdict(id, of(better, { unstable: 6 }))).toBe('confirmed');
  });

  it('the factor of 1.5: sticks at one, overshoots, or is as fast', () => {
    const ids = ['spike', 'step'].flatMap((load) => [`${load}-ratio`, ...[1, 2, 10].map((nodes) => `${load}-ratio-from-${nodes}`)]);
    const of = (shape: Shape) => ({ ...all(ids, shape), ...all(['spike-askbot-hpa', 'step-askbot-hpa'], { missed: [100, 5] }) });
    const id = 'engineering-scale-cpu-80';
    const fine: Shape = { demand: [1, 10], peak: 12, missed: [50, 5] };
    expect(verdict(id, of(fine))).toBe('confirmed');
    expect(judge(id, { ...of(fine), 'step-ratio-from-1': { demand: [1, 10], ready: [1], initialReplicas: 1, unstable: 6 } })).toMatchObject(
      {
        verdict: 'refuted',
        why: expect.stringContaining('it sticks at 1 where 10 are needed'),
      },
    );
    expect(judge(id, of({ ...fine, peak: 63 })).why).toContain('it grows to 63 where 10 are needed');
    expect(verdict(id, of({ ...fine, missed: [98, 5] }))).toBe('undecided');
  });

  it('a queue of a hundred: where CPU stays low', () => {
    const of = (ratio: Shape, cpu: Shape = { missed: [500, 5] }) => ({ 'slots-ratio': ratio, 'slots-askbot-hpa': cpu });
    const id = 'engineering-scale-queue-100';
    const quick: Shape = { missed: [60, 5], decisions: grown(60, 'QueueHigh') };
    expect(verdict(id, of(quick))).toBe('confirmed');
    expect(verdict(id, of({ ...quick, ...missedSince(60) }))).toBe('refuted');
    expect(judge(id, of({ missed: [60, 5] })).why).toContain('never saw more than 100 waiting');
    expect(judge(id, of(quick, { missed: [500, 5], decisions: grown(60) })).why).toContain('CPU was not low enough');
    expect(verdict(id, of(quick, { missed: [62, 5] }))).toBe('undecided');
  });

  it('shrinking below 30 %: no more turns than demand itself has', () => {
    const decisions = [{ atSeconds: 60, from: 3, to: 2, reason: 'CpuLow' }];
    const of = (shape: Shape) => all(['steady-ratio', 'diurnal-ratio', 'slots-ratio'], { demand: [2], decisions, ...shape });
    const id = 'engineering-scale-in-30';
    expect(judge(id, of({ turns: [20, 2] }))).toMatchObject({
      verdict: 'refuted',
      measured: { value: 20, unit: 'direction changes per hour' },
      why: expect.stringContaining('it flaps'),
    });
    expect(verdict(id, of({ turns: [0, 0] }))).toBe('confirmed');
    // Demand that turns twice in ten minutes turns twelve times an hour.
    expect(verdict(id, of({ turns: [11, 1], demand: [1, 2, 1, 2] }))).toBe('confirmed');
    expect(verdict(id, of({ turns: [1, 2] }))).toBe('undecided');
    expect(judge(id, of({ turns: [20, 2], decisions: [] })).why).toContain('CPU never fell below 30 %');
  });

  it('above 5000/s three replicas: before the goal breaks, by a threshold that is told to be scaled', () => {
    const of = (shape: Shape) => ({ 'low-qps': { settings: { type: 'qps', upAbovePerSecond: 20 }, ...shape } });
    const id = 'production-scale-out-5000';
    expect(judge(id, of({ decisions: grown(300) }))).toMatchObject({
      verdict: 'confirmed',
      why: expect.stringContaining('at 20/s instead of 5000/s, because a simulated replica carries 20/s'),
    });
    expect(verdict(id, of({ decisions: grown(300), ...missedSince(200) }))).toBe('refuted');
    expect(verdict(id, of({ decisions: grown(300), unstable: 6 }))).toBe('refuted');
    expect(verdict(id, of({ decisions: grown(300), missed: [40, 5] }))).toBe('undecided');
    expect(judge(id, of({})).why).toContain('the rule never acted');
  });

  it('below 1000/s one replica: what its loss does', () => {
    const of = (lost: Shape, night: Shape = { ready: [3, 1], hours: [1, 0.1] }) => ({
      'night-qps': night,
      'night-static-at-peak': { hours: [2, 0.1] as const },
      'dark-only-one-lost': lost,
    });
    const id = 'production-scale-in-1000';
    expect(judge(id, of({ ready: [1, 0, 1], missed: [60, 1] }))).toMatchObject({
      verdict: 'refuted',
      measured: { value: 60 },
      why: expect.stringContaining('nobody was served for 60 s'),
    });
    expect(verdict(id, of({ ready: [2, 1, 2] }))).toBe('confirmed');
    expect(verdict(id, of({ ready: [2, 1, 2], missed: [60, 1] }))).toBe('undecided');
    expect(judge(id, of({ ready: [1, 0, 1] }, { ready: [3, 2] })).why).toContain('At least 2 replicas stayed');
  });

  it('CPU for ten minutes: before the goal is missed, minutes late, or not binding', () => {
    const of = (shape: Shape) =>
      all(
        ['step', 'spike', 'diurnal'].map((load) => `${load}-cpu-10-minutes`),
        shape,
      );
    const id = 'production-trigger-cpu';
    expect(verdict(id, of({ decisions: grown(300), ...missedSince(400) }))).toBe('confirmed');
    expect(judge(id, of({ decisions: grown(300), ...missedSince(100) }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('missed from 100 s, it acted at 300 s'),
    });
    expect(judge(id, of(missedSince(100))).why).toContain('it never acted');
    expect(verdict(id, of({ decisions: grown(160), ...missedSince(100) }))).toBe('undecided');
    expect(verdict(id, of({ decisions: grown(100), ...missedSince(100) }))).toBe('undecided');
    // 0.3 of one core are 60 % of the half that is requested.
    expect(judge(id, of({ bins: () => ({ cpuUtilisation: 0.3 }) })).why).toContain('CPU reached 60 %');
  });

  it('memory for five minutes: no simulation of replicas decides it', () => {
    expect(judge('production-trigger-memory', { 'spike-memory-5-minutes': {} })).toMatchObject({
      verdict: 'undecided',
      why: expect.stringContaining('a simulation cannot decide it'),
    });
  });

  it('P95 for five minutes: against the best rule of the same load', () => {
    const loads = ['spike', 'step', 'diurnal'];
    const of = (own: Shape, best: Shape) => ({
      ...all(
        loads.map((load) => `${load}-p95-5-minutes`),
        own,
      ),
      ...all(
        loads.map((load) => `${load}-keda`),
        best,
      ),
      ...all(
        loads.map((load) => `${load}-ratio`),
        { missed: [900, 1] as const },
      ),
      // A bound is no rule.
      ...all(
        loads.map((load) => `${load}-clairvoyant`),
        {},
      ),
    });
    const id = 'production-trigger-p95';
    expect(judge(id, of({ missed: [200, 5] }, { missed: [50, 5] }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('the best rule (spike-keda) for 50 s'),
    });
    expect(verdict(id, of({ missed: [50, 1] }, { missed: [50, 1] }))).toBe('confirmed');
    expect(verdict(id, of({ missed: [51, 1] }, { missed: [50, 1] }))).toBe('confirmed');
    expect(verdict(id, of({ missed: [60, 20] }, { missed: [50, 20] }))).toBe('undecided');
  });

  it('80 % of a capacity: true, and no longer true', () => {
    const of = (steady: Shape, changed: Shape) => ({ 'ramp-capacity-80': steady, 'ramp-capacity-80-heavier-mix': changed });
    const id = 'production-trigger-throughput';
    const good: Shape = { decisions: grown(100) };
    expect(verdict(id, of(good, good))).toBe('confirmed');
    expect(judge(id, of(good, { ...good, ...missedSince(200) }))).toMatchObject({
      verdict: 'refuted',
      why: expect.stringContaining('ramp-capacity-80-heavier-mix'),
    });
    expect(verdict(id, of(good, { ...good, unstable: 6 }))).toBe('refuted');
    expect(verdict(id, of(good, {}))).toBe('undecided');
    expect(judge(id, { 'ramp-capacity-80': good }).why).toContain('ramp-capacity-80-heavier-mix was not run');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OperationKind, operationKindSchema } from '../contract/common.ts';
import { secondSchema, type Timing } from '../contract/observation.ts';
import { type ErrorClass, errorClassSchema } from '../contract/operation.ts';
import { meanUs, percentileUs } from '../measurement/histogram.ts';
import { ScheduledJobs } from './scheduled-jobs.ts';
import { StepRecord } from './step-record.ts';
import { loadPlan } from './testing/load-plan.ts';

interface Life {
  readonly gapUs: number;
  readonly kind: OperationKind;
  readonly lagUs: number;
  /** Undefined: never sent. */
  readonly waitUs: number | undefined;
  readonly serviceUs: number;
  readonly error: ErrorClass | undefined;
  /** When the pieces of an answer came, µs after it was sent; of one that was sent. */
  readonly pieces: readonly number[];
}

const kinds = operationKindSchema.options;
const span = fc.integer({ min: 0, max: 3_000_000 });
const life: fc.Arbitrary<Life> = fc.record({
  gapUs: fc.integer({ min: 0, max: 200_000 }),
  kind: fc.constantFrom(...kinds),
  lagUs: fc.integer({ min: 0, max: 5000 }),
  waitUs: fc.option(span, { nil: undefined }),
  serviceUs: span,
  error: fc.option(fc.constantFrom(...errorClassSchema.options), { nil: undefined }),
  pieces: fc.array(fc.integer({ min: 0, max: 500_000 }), { maxLength: 6 }).map((values) => values.toSorted((a, b) => a - b)),
});

const warmUpMs = 1000;

/** Only what was sent brings pieces. */
const piecesOf = ({ waitUs, pieces }: Life) => (waitUs === undefined ? [] : pieces);
const gapsOf = (pieces: readonly number[]) => pieces.slice(1).map((piece, index) => piece - (pieces[index] as number));

/** Lives each job in turn: the moments overlap on the clock, their recording need not. */
function recordOf(lives: readonly Life[]) {
  let atUs = 0;
  const offsetsUs = lives.map(({ gapUs }) => {
    atUs += gapUs;
    return atUs;
  });
  const plan = loadPlan(
    1,
    '/none',
    lives.map(({ kind }) => kind),
    {
      offsetsUs,
      warmUpMs,
      requests: kinds.map((kind) => ({ kind, method: 'GET', path: '/', headers: {} })),
      requestOf: lives.map(({ kind }) => kinds.indexOf(kind)),
    },
  );
  const jobs = new ScheduledJobs(plan);
  while (jobs.takeDue(Number.POSITIVE_INFINITY)) {
    // Every job has fallen due.
  }
  const record = new StepRecord(plan, jobs);
  for (const [job, one] of lives.entries()) {
    const { lagUs, waitUs, serviceUs, error } = one;
    const invokedUs = (offsetsUs[job] as number) + lagUs;
    record.invoked(job, invokedUs);
    if (waitUs !== undefined) {
      record.sent(job, invokedUs + waitUs);
    }
    const pieces = piecesOf(one);
    record.settled(job, invokedUs + (waitUs ?? 0) + serviceUs, error, {
      firstTokenUs: pieces[0] === undefined ? undefined : invokedUs + (waitUs ?? 0) + pieces[0],
      gapsUs: gapsOf(pieces),
    });
  }
  return { record, offsetsUs };
}

const responseUs = ({ lagUs, waitUs, serviceUs }: Life) => lagUs + (waitUs ?? 0) + serviceUs;
const spansOf: Record<Timing, (life: Life) => readonly number[]> = {
  response: (life) => [responseUs(life)],
  service: ({ waitUs, serviceUs }) => (waitUs === undefined ? [] : [serviceUs]),
  lag: ({ lagUs }) => [lagUs],
  'client-wait': ({ waitUs }) => (waitUs === undefined ? [] : [waitUs]),
  'time-to-first-token': (life) =>
    piecesOf(life)
      .slice(0, 1)
      .map((first) => life.lagUs + (life.waitUs ?? 0) + first),
  'inter-token-gap': (life) => gapsOf(piecesOf(life)),
};

describe('step record', () => {
  it('counts every job once, in its window', () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 40 }), (lives) => {
        const { record, offsetsUs } = recordOf(lives);
        expect(record.open).toBe(0);
        for (const window of ['warm-up', 'steady'] as const) {
          const { issued, succeeded, failed } = record.counts(window);
          const inWindow = lives.filter((_, job) => (offsetsUs[job] as number) < warmUpMs * 1000 === (window === 'warm-up'));
          expect(issued).toBe(inWindow.length);
          expect(succeeded).toBe(inWindow.filter(({ error }) => error === undefined).length);
          for (const error of errorClassSchema.options) {
            expect(failed[error] ?? 0).toBe(inWindow.filter((one) => one.error === error).length);
          }
        }
      }),
    );
  });

  it('records each span of each job under its window, kind and outcome', () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 40 }), (lives) => {
        const { record, offsetsUs } = recordOf(lives);
        for (const kind of kinds) {
          for (const [timing, spansIn] of Object.entries(spansOf) as [Timing, (life: Life) => readonly number[]][]) {
            for (const outcome of ['success', 'all'] as const) {
              const spans = lives
                .filter(
                  (one, job) =>
                    one.kind === kind && (offsetsUs[job] as number) >= warmUpMs * 1000 && (outcome === 'all' || one.error === undefined),
                )
                .flatMap(spansIn);
              const histogram = record.histogram('steady', kind, outcome, timing);
              expect(histogram?.totalCount ?? 0).toBe(spans.length);
              if (histogram !== undefined && spans.length > 0) {
                const mean = spans.reduce((sum, value) => sum + value, 0) / spans.length;
                expect(Math.abs((meanUs(histogram) ?? Number.NaN) - mean)).toBeLessThanOrEqual(mean * 0.001 + 1);
                expect(percentileUs(histogram, 100)).toBeGreaterThanOrEqual(Math.max(...spans));
              }
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('puts arrivals into the second of their intended start, ends into that of their end', () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 40 }), (lives) => {
        const { record, offsetsUs } = recordOf(lives);
        const ends = lives.map((one, job) => (offsetsUs[job] as number) + responseUs(one));
        const secondCount = Math.max(record.secondsTouched, Math.floor((offsetsUs.at(-1) ?? 0) / 1_000_000) + 1);
        const seconds = Array.from({ length: secondCount }, (_, second) => secondSchema.parse(record.second(second)));
        for (const { second, arrivals, done, dropped } of seconds) {
          const within = (atUs: number) => Math.floor(atUs / 1_000_000) === second;
          expect(arrivals).toBe(offsetsUs.filter(within).length);
          expect(done).toBe(ends.filter((endUs, job) => within(endUs) && lives[job]?.error === undefined).length);
          expect(dropped).toBe(ends.filter((endUs, job) => within(endUs) && lives[job]?.error === 'dropped').length);
        }
        expect(seconds.reduce((sum, { sent }) => sum + sent, 0)).toBe(lives.filter(({ waitUs }) => waitUs !== undefined).length);
      }),
    );
  });

  it('refuses to end a job twice', () => {
    const { record } = recordOf([{ gapUs: 0, kind: 'search', lagUs: 0, waitUs: 0, serviceUs: 5, error: undefined, pieces: [] }]);
    expect(() => record.settled(0, 10, 'timeout')).toThrow(/job 0 was settled twice, the second time as timeout/);
  });
});

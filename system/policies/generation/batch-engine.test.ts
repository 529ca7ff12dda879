import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnswerProgress, createBatchEngine, type EngineFigures } from './batch-engine.ts';
import { closedLoopRow } from './closed-loop.ts';
import { llama33On2H100, publishedLengths, publishedRows } from './llama-3.3-70b-2xh100.ts';

describe('the published table of Llama 3.3 70B on two H100', () => {
  test.each(publishedRows.map((row) => [row.concurrency, row] as const))(
    'at %i clients every cell within 10 %%',
    (concurrency, published) => {
      const row = closedLoopRow(llama33On2H100, concurrency, publishedLengths);
      for (const cell of ['timeToFirstTokenMs', 'interTokenMs', 'tokensPerSecond'] as const) {
        expect(Math.abs(row[cell] / published[cell] - 1), cell).toBeLessThan(0.1);
      }
    },
  );

  test('short prompts slow the others down less: Oracle’s rows with 480 tokens in and 300 out', () => {
    // https://docs.oracle.com/en-us/iaas/Content/generative-ai/benchmark-meta-llama-3-3-70b-instruct.htm, random lengths; not fitted.
    for (const [concurrency, tokensPerSecondEach] of [
      [1, 58.64],
      [16, 50.89],
      [32, 44.32],
      [64, 35.74],
    ] as const) {
      const { interTokenMs } = closedLoopRow(llama33On2H100, concurrency, { promptTokens: 480, outputTokens: 300 });
      expect(Math.abs((interTokenMs * tokensPerSecondEach) / 1000 - 1), `${concurrency}`).toBeLessThan(0.1);
    }
  });
});

const small: EngineFigures = { slots: 2, iterationBaseMs: 10, iterationPerAnswerMs: 1, prefillMsPerToken: 0.5, prefillChunkTokens: 10 };

interface Told {
  readonly name: string;
  readonly atMs: number;
  readonly written: number;
}

/** Runs arrivals to the end, stepping the clock by the given amounts or from event to event. */
function run(
  figures: EngineFigures,
  arrivals: readonly { atMs: number; promptTokens: number; outputTokens: number; cancelAtMs?: number | undefined }[],
  stepMs?: number,
) {
  const engine = createBatchEngine(figures);
  const told: Told[] = [];
  const answers: (AnswerProgress | undefined)[] = arrivals.map(() => undefined);
  const acts = arrivals
    .flatMap(({ atMs, cancelAtMs }, index) => [
      { atMs, index, isCancel: false },
      ...(cancelAtMs === undefined ? [] : [{ atMs: Math.max(atMs, cancelAtMs), index, isCancel: true }]),
    ])
    .sort((left, right) => left.atMs - right.atMs || left.index - right.index || Number(left.isCancel) - Number(right.isCancel));
  let mostSlots = 0;
  let atMs = 0;
  const advanceTo = (untilMs: number) => {
    for (; stepMs !== undefined && atMs + stepMs < untilMs; atMs += stepMs) {
      engine.advance(atMs);
    }
    engine.advance(untilMs);
    atMs = untilMs;
  };
  for (const act of acts) {
    advanceTo(act.atMs);
    const arrival = arrivals[act.index];
    const answer = answers[act.index];
    if (act.isCancel && answer !== undefined) {
      engine.cancel(answer, act.atMs);
    } else if (arrival !== undefined) {
      answers[act.index] = engine.submit(
        {
          ...arrival,
          onToken: ({ written, firstTokenMs, lastTokenMs, isEnded }) =>
            told.push({
              name: String(act.index),
              atMs: (isEnded ? lastTokenMs : written === 1 ? firstTokenMs : undefined) ?? Number.NaN,
              written,
            }),
        },
        act.atMs,
      );
    }
    mostSlots = Math.max(mostSlots, engine.slotsInUse());
  }
  for (let next = engine.nextEventMs(); next !== undefined; next = engine.nextEventMs()) {
    mostSlots = Math.max(mostSlots, engine.slotsInUse());
    advanceTo(next);
  }
  return { engine, told, answers: answers as AnswerProgress[], mostSlots };
}

const arrivals = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 2000 }),
    promptTokens: fc.integer({ min: 0, max: 60 }),
    outputTokens: fc.integer({ min: 1, max: 12 }),
    cancelAtMs: fc.option(fc.integer({ min: 0, max: 2500 }), { nil: undefined, freq: 3 }),
  }),
  { maxLength: 30 },
);

describe('the engine', () => {
  test('alone, an answer takes its reading and one iteration per further token', () => {
    const { answers } = run(small, [{ atMs: 5, promptTokens: 20, outputTokens: 3 }]);
    // The iteration carries the answer's reading in equal parts: 10 + 1 + 10 / 3.
    expect(answers[0]).toMatchObject({ admittedMs: 5, firstTokenMs: 15, written: 3, isEnded: true });
    expect(answers[0]?.lastTokenMs).toBeCloseTo(15 + 2 * (11 + 10 / 3), 9);
  });

  test('whoever finds no slot waits in the order of arrival, and gets one as soon as one is free', () => {
    const { answers } = run(
      small,
      Array.from({ length: 8 }, (_, index) => ({ atMs: index, promptTokens: 0, outputTokens: 2 + (index % 3) })),
    );
    const admitted = answers.map(({ admittedMs }) => admittedMs ?? Number.NaN);
    expect(admitted.slice(0, 2)).toEqual([0, 1]);
    expect(admitted).toEqual([...admitted].sort((left, right) => left - right));
    const ends = new Set(answers.map(({ lastTokenMs }) => lastTokenMs));
    expect(admitted.slice(2).every((ms) => ends.has(ms))).toBe(true);
  });

  test('an answer joins between two iterations and leaves without waiting for the others', () => {
    const { answers } = run({ ...small, prefillMsPerToken: 0 }, [
      { atMs: 0, promptTokens: 0, outputTokens: 30 },
      { atMs: 15, promptTokens: 0, outputTokens: 2 },
    ]);
    // The first iteration of the first answer ends at 11, the second at 22; from there on there are two in it.
    expect(answers[1]).toMatchObject({ firstTokenMs: 15, lastTokenMs: 22 + 12, isEnded: true });
    expect(answers[0]?.lastTokenMs).toBeGreaterThan(34);
  });

  test('cancelling frees the slot at once, in whatever state the answer is', () => {
    for (const cancelAtMs of [1, 21, 40, 60]) {
      // Two that hold the slots, one of them cancelled, and one that waits.
      const { answers, engine } = run(small, [
        { atMs: 0, promptTokens: 40, outputTokens: 100, cancelAtMs },
        { atMs: 0, promptTokens: 40, outputTokens: 100 },
        { atMs: 0, promptTokens: 40, outputTokens: 1 },
      ]);
      expect(answers[2]?.admittedMs).toBe(cancelAtMs);
      expect(answers[0]).toMatchObject({ isEnded: true, lastTokenMs: undefined });
      expect(answers[1]?.written).toBe(100);
      expect([engine.slotsInUse(), engine.queueLength()]).toEqual([0, 0]);
    }
  });

  test('cancelling one that waits takes its place from nobody', () => {
    const { answers } = run(small, [
      { atMs: 0, promptTokens: 0, outputTokens: 9 },
      { atMs: 0, promptTokens: 0, outputTokens: 9 },
      { atMs: 1, promptTokens: 0, outputTokens: 9, cancelAtMs: 2 },
      { atMs: 1, promptTokens: 0, outputTokens: 9 },
    ]);
    expect(answers[2]).toMatchObject({ admittedMs: undefined, written: 0 });
    expect(answers[3]?.admittedMs).toBe(Math.min(answers[0]?.lastTokenMs ?? 0, answers[1]?.lastTokenMs ?? 0));
  });

  test('writes every token once and in order, keeps within its slots, and ends empty', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const { engine, told, answers, mostSlots } = run(small, list);
        expect(mostSlots).toBeLessThanOrEqual(small.slots);
        expect([engine.slotsInUse(), engine.queueLength()]).toEqual([0, 0]);
        answers.forEach((answer, index) => {
          const own = told.filter(({ name }) => name === String(index)).map(({ written }) => written);
          expect(own).toEqual(Array.from({ length: answer.written }, (_, count) => count + 1));
          expect(answer.isEnded).toBe(true);
          expect(answer.written === list[index]?.outputTokens || list[index]?.cancelAtMs !== undefined).toBe(true);
        });
        const times = told.map(({ atMs }) => atMs).filter((ms) => !Number.isNaN(ms));
        expect(times).toEqual([...times].sort((left, right) => left - right));
      }),
    );
  });

  test('tells the same times however often it is asked', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 97 }), (list, stepMs) => {
        expect(run(small, list, stepMs).told).toEqual(run(small, list).told);
      }),
    );
  });

  test.each([
    [10, 0],
    [10, 1.5],
    [-1, 1],
    [Number.NaN, 1],
  ])('refuses a prompt of %d tokens with an answer of %d', (promptTokens, outputTokens) => {
    expect(() => run(small, [{ atMs: 0, promptTokens, outputTokens }])).toThrow(RangeError);
  });
});

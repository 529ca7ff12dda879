import { createBatchEngine, type EngineFigures } from './batch-engine.ts';
import type { ConcurrencyRow } from './llama-3.3-70b-2xh100.ts';

/** Rounds of answers that pass before anything is counted: those of the start come all at once, the later ones spread out. */
const warmUpRounds = 3;
const countedRounds = 6;

/**
 * What `concurrency` clients would measure that each ask again as soon as they have their answer, all answers of one length:
 * means over the answers that begin and end in a window of whole rounds, in virtual time.
 */
export function closedLoopRow(
  figures: EngineFigures,
  concurrency: number,
  lengths: { readonly promptTokens: number; readonly outputTokens: number },
): ConcurrencyRow {
  const engine = createBatchEngine(figures);
  let nowMs = 0;
  let ended = 0;
  const counted = { answers: 0, tokens: 0, timeToFirstTokenMs: 0, interTokenMs: 0, fromMs: 0 };
  const ask = () => {
    engine.submit(
      {
        ...lengths,
        onToken: ({ isEnded, submittedMs, firstTokenMs = Number.NaN, lastTokenMs = Number.NaN }) => {
          const isCounting = ended >= warmUpRounds * concurrency;
          if (isCounting) {
            counted.tokens += 1;
          }
          if (!isEnded) {
            return;
          }
          ended += 1;
          nowMs = lastTokenMs;
          if (ended === warmUpRounds * concurrency) {
            counted.fromMs = nowMs;
          } else if (isCounting) {
            counted.answers += 1;
            counted.timeToFirstTokenMs += firstTokenMs - submittedMs;
            counted.interTokenMs += (lastTokenMs - firstTokenMs) / Math.max(1, lengths.outputTokens - 1);
          }
          ask();
        },
      },
      nowMs,
    );
  };
  for (let client = 0; client < concurrency; client += 1) {
    ask();
  }
  while (ended < (warmUpRounds + countedRounds) * concurrency) {
    engine.advance(engine.nextEventMs() ?? Number.POSITIVE_INFINITY);
  }
  return {
    concurrency,
    timeToFirstTokenMs: counted.timeToFirstTokenMs / counted.answers,
    interTokenMs: counted.interTokenMs / counted.answers,
    tokensPerSecond: (counted.tokens / (nowMs - counted.fromMs)) * 1000,
  };
}

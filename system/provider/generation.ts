import { type AnswerProgress, createBatchEngine } from '../policies/generation/batch-engine.ts';
import type { RandomStream } from '../policies/random-stream.ts';
import type { BatchedAnswers, HostedAnswers, Preset } from './presets/preset.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { runRule } from './timed-rule.ts';

/** How an answer came into being, in simulated time. */
export interface GenerationTimes {
  /** For a slot; part of the time to the first token. */
  readonly queueWaitMs: number;
  readonly timeToFirstTokenMs: number;
  /** Mean time between two tokens; undefined for an answer of one token. */
  readonly timePerOutputTokenMs: number | undefined;
}

export interface GenerationTask {
  readonly promptTokens: number;
  /** At least 1. */
  readonly outputTokens: number;
  /** Simulated time of the request's arrival. */
  readonly arrivedMs: number;
  /**
   * Tells how many tokens exist by now, whenever that number has grown. Where absent, nothing is told before the end, which
   * saves the work of looking.
   */
  readonly onTokens?: ((written: number) => void) | undefined;
  readonly onEnd: (times: GenerationTimes) => void;
}

/** Writes the tokens of answers in time. */
export interface Generation {
  /** Begins an answer; the returned function ends it before its time and frees what it holds, without a call back. */
  begin(task: GenerationTask): () => void;
  /** Answers that wait for a slot. */
  queueLength(): number;
  /** Answers that are worked on. */
  slotsInUse(): number;
}

function hosted(answers: HostedAnswers, clock: SimulatedClock, stream: RandomStream): Generation {
  let inProgress = 0;
  return {
    begin({ outputTokens, arrivedMs, onTokens, onEnd }) {
      // Drawn on arrival, so that the n-th request takes the same time in every run.
      const timeToFirstTokenMs = answers.timeToFirstTokenMs(stream);
      const timePerOutputTokenMs = answers.timePerOutputTokenMs(stream);
      const dueMs = (written: number) => arrivedMs + timeToFirstTokenMs + (written - 1) * timePerOutputTokenMs;
      let written = 0;
      let isOver = false;
      let callOff = () => {};
      const leave = () => {
        if (!isOver) {
          isOver = true;
          inProgress -= 1;
        }
      };
      const step = () => {
        const before = written;
        const nowMs = clock.nowMs();
        while (written < outputTokens && dueMs(written + 1) <= nowMs) {
          written += 1;
        }
        if (written > before) {
          onTokens?.(written);
        }
        if (written === outputTokens) {
          leave();
          onEnd({ queueWaitMs: 0, timeToFirstTokenMs, timePerOutputTokenMs: outputTokens === 1 ? undefined : timePerOutputTokenMs });
        } else {
          wait();
        }
      };
      const wait = () => {
        callOff = clock.at(dueMs(onTokens === undefined ? outputTokens : written + 1), step);
      };
      inProgress += 1;
      wait();
      return () => {
        leave();
        callOff();
      };
    },
    queueLength: () => 0,
    slotsInUse: () => inProgress,
  };
}

function timesOf({
  submittedMs,
  admittedMs = Number.NaN,
  firstTokenMs = Number.NaN,
  lastTokenMs,
  written,
}: AnswerProgress): GenerationTimes {
  return {
    queueWaitMs: admittedMs - submittedMs,
    timeToFirstTokenMs: firstTokenMs - submittedMs,
    timePerOutputTokenMs: lastTokenMs === undefined || written === 1 ? undefined : (lastTokenMs - firstTokenMs) / (written - 1),
  };
}

function batched({ figures }: BatchedAnswers, clock: SimulatedClock): Generation {
  const engine = createBatchEngine(figures);
  /** Told once per answer after the engine has caught up, however many tokens that brought. */
  const grown = new Map<AnswerProgress, GenerationTask>();
  const tell = () => {
    for (const [progress, { onTokens, onEnd }] of grown) {
      onTokens?.(progress.written);
      if (progress.lastTokenMs !== undefined) {
        onEnd(timesOf(progress));
      }
    }
    grown.clear();
  };
  const rearm = runRule(engine, clock, tell);
  return {
    begin(task) {
      const { promptTokens, outputTokens, arrivedMs } = task;
      const onToken = (progress: AnswerProgress) => grown.set(progress, task);
      const answer = engine.submit({ promptTokens, outputTokens, onToken }, arrivedMs);
      tell();
      rearm();
      return () => {
        engine.cancel(answer, clock.nowMs());
        grown.delete(answer);
        tell();
        rearm();
      };
    },
    queueLength: engine.queueLength,
    slotsInUse: engine.slotsInUse,
  };
}

/** Hosted: each answer at a pace of its own. Batched: all in the slots of one engine. */
export function generationOf({ answers }: Preset, clock: SimulatedClock, stream: RandomStream): Generation {
  return answers.kind === 'hosted' ? hosted(answers, clock, stream) : batched(answers, clock);
}

import type { RandomStream } from '../policies/random-stream.ts';
import type { Preset } from './presets/preset.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** How an answer came into being, in simulated time. */
export interface GenerationTimes {
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
}

/** A hosted model: each answer has a pace of its own, whoever else asks. */
export function hostedGeneration(preset: Preset, clock: SimulatedClock, stream: RandomStream): Generation {
  return {
    begin({ outputTokens, arrivedMs, onTokens, onEnd }) {
      // Drawn on arrival, so that the n-th request takes the same time in every run.
      const timeToFirstTokenMs = preset.timeToFirstTokenMs(stream);
      const timePerOutputTokenMs = preset.timePerOutputTokenMs(stream);
      const dueMs = (written: number) => arrivedMs + timeToFirstTokenMs + (written - 1) * timePerOutputTokenMs;
      let written = 0;
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
          onEnd({ timeToFirstTokenMs, timePerOutputTokenMs: outputTokens === 1 ? undefined : timePerOutputTokenMs });
        } else {
          wait();
        }
      };
      let cancel = () => {};
      const wait = () => {
        cancel = clock.at(dueMs(onTokens === undefined ? outputTokens : written + 1), step);
      };
      wait();
      return () => cancel();
    },
  };
}

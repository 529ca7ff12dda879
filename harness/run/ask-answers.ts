import type { Second } from '../contract/observation.ts';
import { distributionOf } from '../measurement/order-statistic.ts';
import type { Answer } from './answers.ts';

/** `hit`: kept from before. `shared`: made for another one that asked at the same time. `miss`: made for this one. */
export type AnswerOrigin = 'hit' | 'shared' | 'miss';

/** One successful ask, streamed or not; spans in ms, those of the generator from the intended start. */
export interface AnsweredAsk {
  readonly origin: AnswerOrigin;
  readonly responseMs: number;
  readonly generateMs: number;
  readonly embedMs: number;
  readonly stream?: { readonly firstEventMs: number; readonly isInOrder: boolean };
}

const orderedStates = ['processing', 'retrieved', 'generating', 'completed'];

function streamOf({ outcome: { stream, intendedUs } }: Answer): Pick<AnsweredAsk, 'stream'> {
  if (stream?.firstEventUs === undefined) {
    return {};
  }
  const states = stream.states ?? [];
  return {
    stream: {
      firstEventMs: (stream.firstEventUs - intendedUs) / 1000,
      isInOrder: states.length === orderedStates.length && states.every((state, place) => state === orderedStates[place]),
    },
  };
}

/** Where an answer came from, as its evidence tells. */
export function originOf({ evidence }: Answer): AnswerOrigin {
  if (evidence.cache_tier !== 'none') {
    return 'hit';
  }
  return evidence.stages.some(({ stage }) => stage === 'generate') ? 'miss' : 'shared';
}

/** What the answers to questions tell about where they came from and where their time went; searches are left out. */
export function asksOf(answers: readonly Answer[]): AnsweredAsk[] {
  return answers
    .filter(({ intent }) => intent.kind !== 'search')
    .map((answer): AnsweredAsk => {
      const { evidence, outcome } = answer;
      const stageMs = (name: string) =>
        evidence.stages.reduce((sum, { stage, duration_ms }) => sum + (stage === name ? duration_ms : 0), 0);
      return {
        origin: originOf(answer),
        responseMs: ((outcome.doneUs ?? outcome.intendedUs) - outcome.intendedUs) / 1000,
        generateMs: stageMs('generate'),
        embedMs: stageMs('embed'),
        ...streamOf(answer),
      };
    });
}

/** Response times of asks, streamed or not, by the second in which they were due. */
export function askSeconds(answers: readonly Answer[]): ReadonlyMap<number, NonNullable<Second['askResponseUs']>> {
  const due = Map.groupBy(
    answers.filter(({ intent }) => intent.kind !== 'search'),
    ({ outcome }) => Math.floor(outcome.intendedUs / 1_000_000),
  );
  return new Map(
    [...due].map(([second, asks]) => {
      const spansUs = distributionOf(asks.map(({ outcome }) => (outcome.doneUs ?? outcome.intendedUs) - outcome.intendedUs));
      const [p50, p95, p99] = [spansUs.percentile(50), spansUs.percentile(95), spansUs.percentile(99)];
      return [second, { p50, p95, p99, sampleCount: asks.length }];
    }),
  );
}

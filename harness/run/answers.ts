import { writeResponseSchema } from '../../system/api/documents.ts';
import type { Evidence } from '../../system/api/evidence.ts';
import { type AskResponse, askResponseSchema, type Hit, searchResponseSchema } from '../../system/api/search.ts';
import type { JobIntent } from '../corpus/job-intent.ts';
import type { Outcome } from './history.ts';

/** A successful search or ask, read by the schema of its route. */
export interface Answer {
  readonly outcome: Outcome;
  readonly intent: Extract<JobIntent, { kind: 'search' | 'ask' | 'ask-stream' }>;
  readonly hits: readonly Hit[];
  readonly evidence: Evidence;
  /** The generated text of an ask. */
  readonly text: string | undefined;
  /** Tokens of an ask. */
  readonly usage: AskResponse['usage'] | undefined;
}

/** A write with what is known of its fate. */
export interface Write {
  readonly outcome: Outcome;
  readonly intent: Extract<JobIntent, { kind: 'upsert' }>;
  /** The number that the change log gave it; undefined when the outcome is unknown. */
  readonly sequence: number | undefined;
}

export interface StepAnswers {
  readonly answers: readonly Answer[];
  /** Acknowledged ones and those that may have happened; refused ones are left out. */
  readonly writes: readonly Write[];
  /** Successful responses that their route's schema refuses, with the reason. */
  readonly malformed: readonly { readonly id: string; readonly why: string }[];
}

function readAnswer(outcome: Outcome, intent: Answer['intent'], body: unknown): Answer {
  if (intent.kind === 'search') {
    const { results, evidence } = searchResponseSchema.parse(body);
    return { outcome, intent, hits: results, evidence, text: undefined, usage: undefined };
  }
  const { answer, sources, usage, evidence } = askResponseSchema.parse(body);
  return { outcome, intent, hits: sources, evidence, text: answer, usage };
}

/** Reads every response of a step's history by the schema of its route. */
export function readAnswers(history: readonly Outcome[], intentOf: (job: number) => JobIntent | undefined): StepAnswers {
  const answers: Answer[] = [];
  const writes: Write[] = [];
  const malformed: { id: string; why: string }[] = [];
  for (const outcome of history) {
    const intent = intentOf(outcome.job);
    if (intent === undefined) {
      throw new Error(`${outcome.id}: the history names job ${outcome.job}, which the plan did not hold`);
    }
    if (intent.kind === 'health') {
      // A probe says nothing about documents; its status and time are in the counts and histograms.
      continue;
    }
    try {
      if (intent.kind !== 'upsert') {
        if (outcome.type === 'ok') {
          answers.push(readAnswer(outcome, intent, JSON.parse(outcome.body ?? '')));
        }
      } else if (outcome.type === 'ok') {
        writes.push({ outcome, intent, sequence: writeResponseSchema.parse(JSON.parse(outcome.body ?? '')).first_sequence });
      } else if (outcome.type !== 'fail') {
        writes.push({ outcome, intent, sequence: undefined });
      }
    } catch (error) {
      malformed.push({ id: outcome.id, why: error instanceof Error ? error.message.slice(0, 300) : String(error) });
    }
  }
  return { answers, writes, malformed };
}

import { randomStream } from '../../system/policies/random-stream.ts';
import { combineResults } from '../checkers/combine.ts';
import { completeAnswers } from '../checkers/complete-answers.ts';
import { currentVersion } from '../checkers/current-version.ts';
import { documentVersion } from '../checkers/document-version.ts';
import { tenantIsolation } from '../checkers/tenant-isolation.ts';
import { wireFormat } from '../checkers/wire-format.ts';
import type { CheckerResult } from '../contract/result.ts';
import type { Profile, Scenario } from '../contract/scenario.ts';
import { createGroundTruth, type GroundTruth } from '../corpus/ground-truth.ts';
import { type Answer, readAnswers, type StepAnswers } from './answers.ts';
import type { RunCorpus } from './corpus.ts';
import type { DrivenStep } from './drive.ts';
import { scatteredOf } from './fan-out.ts';
import { type Outcome, readHistory } from './history.ts';
import { isComplete, type JudgedStep, recordOf, type StepQuality } from './judged-step.ts';
import type { StagedResponse } from './stages.ts';

export interface JudgeRequest {
  readonly corpus: RunCorpus;
  /** Sequence numbers of the fill, in the order of the corpus; empty when the fill did not end. */
  readonly fillSequences: readonly number[];
  readonly driven: readonly DrivenStep[];
  readonly settings: Profile;
  readonly limits: Scenario['ladderLimits'];
}

export interface VariantJudgement {
  readonly steps: readonly JudgedStep[];
  readonly checkers: readonly CheckerResult[];
}

/** Rungs get a tenth of a judged step's recall samples: enough to see quality fall with load. */
const rungSampleShare = 0.1;
const minimumSamples = 20;

function truthOf(corpus: RunCorpus, fillSequences: readonly number[]): GroundTruth {
  const truth = createGroundTruth(corpus.space);
  for (const [position, sequence] of fillSequences.entries()) {
    const document = corpus.corpusDocuments[position];
    if (document !== undefined) {
      truth.write({ tenant: document.tenant, docId: document.docId, content: document.content, sequence });
    }
  }
  return truth;
}

function recordWrites(truth: GroundTruth, { writes }: StepAnswers): void {
  for (const { intent, sequence } of writes) {
    const { tenant, document } = intent;
    if (sequence === undefined) {
      truth.writeUncertain({ tenant, docId: document.docId, content: document.content });
    } else {
      truth.write({ tenant, docId: document.docId, content: document.content, sequence });
    }
  }
}

/** The highest sequence number that an answer may have seen: of all writes sent before it arrived. */
function visibleUpTo({ writes }: StepAnswers, answer: Answer): number {
  const doneUs = answer.outcome.doneUs ?? Number.POSITIVE_INFINITY;
  return writes.reduce(
    (highest, { outcome, sequence }) => ((outcome.sentUs ?? outcome.intendedUs) <= doneUs ? Math.max(highest, sequence ?? 0) : highest),
    answer.evidence.applied_sequence,
  );
}

/** A seeded choice without replacement, in the order of the list. */
function choose<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = randomStream(seed, 'recall sample');
  let wanted = Math.min(count, items.length);
  // Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S).
  return items.filter((_, index) => {
    const chosen = random.uniform() * (items.length - index) < wanted;
    wanted -= chosen ? 1 : 0;
    return chosen;
  });
}

function stagedOf({ outcome, evidence }: Answer): StagedResponse {
  const { intendedUs, sentUs = intendedUs, doneUs = intendedUs } = outcome;
  return { responseMs: (doneUs - intendedUs) / 1000, clientWaitMs: (sentUs - intendedUs) / 1000, evidence };
}

function isSteady({ step }: DrivenStep, { intendedUs }: Outcome): boolean {
  return intendedUs >= step.warmUpSeconds * 1e6;
}

function judgeRecall(
  truth: GroundTruth,
  answers: StepAnswers,
  steady: readonly Answer[],
  count: number,
  seed: number,
): StepQuality['recall'] {
  const known = choose(steady, count, seed).flatMap(
    (answer) =>
      truth.recall({
        tenant: answer.intent.tenant,
        queryText: answer.intent.query.text,
        k: answer.intent.topK,
        appliedSequence: answer.evidence.applied_sequence,
        visibleUpTo: visibleUpTo(answers, answer),
        hits: answer.hits.map(({ doc_id, document_version }) => ({ docId: doc_id, documentVersion: document_version })),
      }).recall ?? [],
  );
  return known.length === 0 ? undefined : { mean: known.reduce((sum, value) => sum + value, 0) / known.length, sampleCount: known.length };
}

/** Every checker over every answer of one step, whatever its phase: a leak during warm-up is a leak. */
function checkStep(truth: GroundTruth, { answers, writes, malformed }: StepAnswers): CheckerResult[] {
  const served = answers.map(({ outcome, intent, hits, text, evidence }) => ({
    requestId: outcome.id,
    tenant: intent.tenant,
    hits,
    text,
    evidence,
  }));
  const readable = [...answers, ...writes].filter(({ outcome }) => outcome.type === 'ok').map(({ outcome }) => outcome.id);
  return [
    tenantIsolation(served),
    completeAnswers(served),
    documentVersion(served, truth),
    currentVersion(served, truth),
    wireFormat(readable, malformed),
  ];
}

/**
 * Reads the histories of a variant's steps in the order in which they were driven, follows every write, and judges the
 * answers: recall of a seeded sample, completeness, stages, errors, and every checker. Pilot steps count for writes and checkers only.
 */
export async function judgeVariant({ corpus, fillSequences, driven, settings, limits }: JudgeRequest): Promise<VariantJudgement> {
  const truth = truthOf(corpus, fillSequences);
  const perRepetition = Math.max(minimumSamples, Math.ceil(settings.recallSamples / settings.repetitions));
  const steps: JudgedStep[] = [];
  const checked: CheckerResult[] = [];
  for (const step of driven) {
    const history = await readHistory(step.operationsFile);
    const answers = readAnswers(history, corpus.intentsOf(step.step.id));
    recordWrites(truth, answers);
    checked.push(...checkStep(truth, answers));
    if (step.step.phase === 'pilot') {
      continue;
    }
    const steady = answers.answers.filter(({ outcome }) => isSteady(step, outcome));
    const searches = steady.filter(({ intent }) => intent.kind === 'search');
    const samples = step.step.phase === 'judged' ? perRepetition : Math.max(minimumSamples, Math.ceil(perRepetition * rungSampleShare));
    const recall = judgeRecall(truth, answers, searches, samples, step.step.seed);
    const quality: StepQuality = {
      recall,
      answers: steady.length,
      completeAnswers: steady.filter(({ evidence }) => isComplete(evidence)).length,
      staged: searches.map(stagedOf),
      scattered: searches.map(scatteredOf),
      errors: history
        .filter((outcome) => outcome.type !== 'ok' && isSteady(step, outcome))
        .map(({ id, errorClass }) => ({ errorClass: errorClass ?? 'unfinished', requestId: id })),
    };
    steps.push({ driven: step, quality, record: recordOf(step, quality, limits) });
  }
  return { steps, checkers: combineResults(checked, false) };
}

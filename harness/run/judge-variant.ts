import { rerankCandidates } from '../../system/policies/fusion.ts';
import { randomStream } from '../../system/policies/random-stream.ts';
import { combineResults } from '../checkers/combine.ts';
import { completeAnswers } from '../checkers/complete-answers.ts';
import { currentVersion } from '../checkers/current-version.ts';
import { documentVersion } from '../checkers/document-version.ts';
import { streamOrder } from '../checkers/stream-order.ts';
import { tenantIsolation } from '../checkers/tenant-isolation.ts';
import { wireFormat } from '../checkers/wire-format.ts';
import { arrivalSettings } from '../contract/arrivals.ts';
import type { CheckerResult } from '../contract/result.ts';
import type { Profile, Scenario } from '../contract/scenario.ts';
import type { Topology } from '../contract/topology.ts';
import type { CorpusDocument } from '../corpus/documents.ts';
import { createGradedTruth, type GradedTruth } from '../corpus/graded-truth.ts';
import { createGroundTruth, type GroundTruth } from '../corpus/ground-truth.ts';
import type { JobIntent } from '../corpus/job-intent.ts';
import { type Answer, readAnswers, type StepAnswers } from './answers.ts';
import { askSeconds, asksOf } from './ask-answers.ts';
import type { RunCorpus } from './corpus.ts';
import type { DrivenStep } from './drive.ts';
import { scatteredOf } from './fan-out.ts';
import { type Outcome, readHistory } from './history.ts';
import { isComplete, type JudgedStep, recordOf, type SampledMean, type StepQuality } from './judged-step.ts';
import { replayedRequests } from './replayed-requests.ts';
import type { StagedResponse } from './stages.ts';

export interface JudgeRequest {
  readonly corpus: RunCorpus;
  /** Sequence numbers of the fill, in the order of the corpus; empty when the fill did not end. */
  readonly fillSequences: readonly number[];
  readonly driven: readonly DrivenStep[];
  readonly settings: Profile;
  readonly limits: Scenario['ladderLimits'];
  /** How the variant finds documents, and with it what an exact answer is. */
  readonly topology: Pick<Topology, 'retrieval' | 'rerank'>;
}

export interface VariantJudgement {
  readonly steps: readonly JudgedStep[];
  readonly checkers: readonly CheckerResult[];
}

/** Rungs get a tenth of a judged step's recall samples: enough to see quality fall with load. */
const rungSampleShare = 0.1;
const minimumSamples = 20;

/** What was written, as far as the harness was told: for exact neighbours, and for relevance by label. */
interface Truths {
  readonly exact: GroundTruth;
  readonly graded: GradedTruth;
}

function writeTo({ exact, graded }: Truths, { tenant, docId, content, concepts }: CorpusDocument, sequence: number | undefined): void {
  if (sequence === undefined) {
    exact.writeUncertain({ tenant, docId, content });
  } else {
    exact.write({ tenant, docId, content, sequence });
    graded.write({ tenant, docId, concepts, sequence });
  }
}

function truthsOf({ corpus, fillSequences, topology }: JudgeRequest): Truths {
  const truths: Truths = { exact: createGroundTruth(corpus.space, topology.retrieval), graded: createGradedTruth() };
  for (const [position, sequence] of fillSequences.entries()) {
    const document = corpus.corpusDocuments[position];
    if (document !== undefined) {
      writeTo(truths, document, sequence);
    }
  }
  return truths;
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

function meanOf(values: readonly number[]): SampledMean | undefined {
  return values.length === 0
    ? undefined
    : { mean: values.reduce((sum, value) => sum + value, 0) / values.length, sampleCount: values.length };
}

/** Recall and gain of a seeded sample of searches. */
function judgeHits(
  { exact, graded }: Truths,
  answers: StepAnswers,
  sample: readonly Answer[],
  isReranked: boolean,
): Pick<StepQuality, 'recall' | 'gain'> {
  const judged = sample.map((answer) => {
    const { query, tenant, topK: k } = answer.intent;
    const hits = answer.hits.map(({ doc_id, document_version }) => ({ docId: doc_id, documentVersion: document_version }));
    const asked = { tenant, k, appliedSequence: answer.evidence.applied_sequence, hits };
    const { recall } = exact.recall({
      ...asked,
      queryText: query.text,
      visibleUpTo: visibleUpTo(answers, answer),
      candidates: isReranked ? rerankCandidates(k) : k,
    });
    return { recall, gain: graded.gain({ ...asked, concepts: query.concepts }) };
  });
  return { recall: meanOf(judged.flatMap(({ recall }) => recall ?? [])), gain: meanOf(judged.flatMap(({ gain }) => gain ?? [])) };
}

function questionOf(intent: JobIntent | undefined): string | undefined {
  return intent !== undefined && 'query' in intent ? `${intent.tenant} ${intent.query.text}` : undefined;
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
  const streams = answers.flatMap((answer) => {
    const isInOrder = asksOf([answer])[0]?.stream?.isInOrder;
    return isInOrder === undefined ? [] : [{ requestId: answer.outcome.id, isInOrder }];
  });
  const readable = [...answers, ...writes].filter(({ outcome }) => outcome.type === 'ok').map(({ outcome }) => outcome.id);
  return [
    tenantIsolation(served),
    completeAnswers(served),
    documentVersion(served, truth),
    currentVersion(served, truth),
    wireFormat(readable, malformed),
    // No verdict on streams where nobody streams.
    ...(streams.length === 0 ? [] : [streamOrder(streams)]),
  ];
}

/**
 * Reads the histories of a variant's steps in the order in which they were driven, follows every write, and judges the
 * answers: recall and nDCG of a seeded sample, completeness, stages, errors, and every checker. Pilots and probes count for writes and checkers only.
 */
export async function judgeVariant(request: JudgeRequest): Promise<VariantJudgement> {
  const { corpus, driven, settings, limits, topology } = request;
  const truths = truthsOf(request);
  const perRepetition = Math.max(minimumSamples, Math.ceil(settings.recallSamples / settings.repetitions));
  const isReplayed = driven.some(({ step }) => arrivalSettings(corpus.workloadOf(step.variant).arrivals).process === 'trace');
  const steps: JudgedStep[] = [];
  const checked: CheckerResult[] = [];
  for (const step of driven) {
    const history = await readHistory(step.operationsFile);
    const answers = readAnswers(history, corpus.intentsOf(step.step.id));
    for (const { intent, sequence } of answers.writes) {
      writeTo(truths, intent.document, sequence);
    }
    checked.push(...checkStep(truths.exact, answers));
    if (step.step.phase === 'pilot' || step.step.phase === 'probe') {
      continue;
    }
    const steady = answers.answers.filter(({ outcome }) => isSteady(step, outcome));
    const searches = steady.filter(({ intent }) => intent.kind === 'search');
    // Where nobody searches, the sources of the answers are what was retrieved.
    const retrieved = searches.length > 0 ? searches : steady;
    const samples = step.step.phase === 'judged' ? perRepetition : Math.max(minimumSamples, Math.ceil(perRepetition * rungSampleShare));
    const quality: StepQuality = {
      ...judgeHits(truths, answers, choose(retrieved, samples, step.step.seed), topology.rerank === true),
      answers: steady.length,
      completeAnswers: steady.filter(({ evidence }) => isComplete(evidence)).length,
      staged: retrieved.map(stagedOf),
      scattered: searches.map(({ outcome, hits, evidence }) => scatteredOf({ hits, evidence, body: outcome.body ?? '' })),
      asks: asksOf(steady),
      askSeconds: askSeconds(answers.answers),
      replayed: isReplayed
        ? replayedRequests(
            history.filter((outcome) => isSteady(step, outcome)),
            steady,
            (job) => questionOf(corpus.intentsOf(step.step.id)(job)),
          )
        : [],
      errors: history
        .filter((outcome) => outcome.type !== 'ok' && isSteady(step, outcome))
        .map(({ id, errorClass }) => ({ errorClass: errorClass ?? 'unfinished', requestId: id })),
    };
    steps.push({ driven: step, quality, record: recordOf(step, quality, limits) });
  }
  return { steps, checkers: combineResults(checked, false) };
}

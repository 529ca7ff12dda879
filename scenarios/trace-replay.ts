import type { TraceArrivals } from '../harness/contract/arrivals.ts';
import type { ProfileId } from '../harness/contract/common.ts';
import type { Profile, Scenario } from '../harness/contract/scenario.ts';
import type { Topology } from '../harness/contract/topology.ts';
import { single } from './topologies.ts';

const secondsPerWeek = 604_800;
const preset = 'gemini-2.5-flash';

/** The whole system with one vector node, and answers from a model that is as quick as hosted ones get. */
const uncached: Topology = { ...single, id: 'no-answer-cache', provider: { embeddings: preset, chat: preset } };
/** A kept answer outlives the replayed week: what comes again is a hit, and no time to live stands between the two. */
const cached: Topology = { ...uncached, id: 'answer-cache', cache: { answers: { ttlSeconds: secondsPerWeek, expiry: 'absolute' } } };

/**
 * Two weeks of a university's question answering laid over each other, as its published figures have them (peak ÷ mean 3.5). The
 * sample that comes with the project is its first eight hours; RAG_TESTBED_RAGPULSE_TRACE names the whole.
 */
const ragpulse: TraceArrivals = {
  process: 'trace',
  file: 'fixtures/traces/ragpulse-sample.jsonl',
  format: 'ragpulse',
  weeks: 'folded',
  whenShort: 'slow-down',
  questions: 'recorded',
  answerLengths: 'recorded',
};
/** An hour of conversations with a model; it does not tell what was asked, so no question comes twice. */
const azure: TraceArrivals = {
  process: 'trace',
  file: 'fixtures/traces/azure-conversation-sample.csv',
  format: 'azure',
  whenShort: 'slow-down',
  questions: 'recorded',
  answerLengths: 'recorded',
};

const beyondSmoke: ProfileId[] = ['quick', 'standard', 'full'];

/**
 * A judged window has no warm-up: it begins with the first request of the recording and an empty cache, after a pilot has warmed
 * the processes. The rate is the highest mean; where a recording has too few requests for it, it is replayed more slowly.
 */
const shape = { dimensions: 384, warmUpSeconds: 0, ladderRatesPerSecond: [], rungSeconds: 1, repetitions: 1, pilotSeconds: 2 };

const profiles: Record<ProfileId, Profile> = {
  // The first 350 requests, four hours of the sample.
  smoke: { ...shape, documents: 500, dimensions: 64, pilotSeconds: 1, judgedRatePerSecond: 70, steadySeconds: 5, recallSamples: 50 },
  quick: { ...shape, documents: 2_000, pilotSeconds: 1, judgedRatePerSecond: 60, steadySeconds: 8, recallSamples: 200 },
  // All 7,106 requests of the week, an hour of it in 1.1 s.
  standard: { ...shape, documents: 10_000, judgedRatePerSecond: 40, steadySeconds: 180, recallSamples: 400 },
  // An hour of the week in 21 s: time enough for a backlog to show where in the day it comes from.
  full: { ...shape, documents: 50_000, judgedRatePerSecond: 4, steadySeconds: 3_600, recallSamples: 1_000 },
};

/** What does a real week of questions ask of this system, and what does keeping exact answers save on it? */
export const traceReplay: Scenario = {
  id: 'trace-replay',
  title: 'A recorded week of questions, replayed',
  question: 'What does a real week of questions ask of this system, and what does keeping exact answers save on it?',
  hypothesis:
    'Hardly more than one answer in ten comes from the cache in any hour of a real week, because so few questions are asked twice in the same words; five questions that are asked again and again pretend otherwise.',
  baseline: 'ragpulse-cache',
  variants: [
    { id: 'ragpulse-cache', title: 'RAGPulse’s week, exact answers kept', topology: cached },
    { id: 'ragpulse-no-cache', title: 'RAGPulse’s week, every answer made afresh', topology: uncached, profiles: beyondSmoke },
    {
      id: 'five-questions',
      title: 'five questions at the moments of RAGPulse’s week, exact answers kept',
      topology: cached,
      workload: {
        arrivals: { ...ragpulse, questions: 'drawn' },
        queries: { distinct: 5, zipfExponent: 0, neverRepeatedShare: 0, topK: 10 },
      },
      profiles: beyondSmoke,
    },
    {
      id: 'azure',
      title: 'Azure’s conversations by their moments, no question twice, exact answers kept',
      topology: cached,
      workload: { arrivals: azure },
      profiles: beyondSmoke,
    },
  ],
  workload: {
    corpus: { tenants: 1, concepts: 256, chineseShare: 0.4 },
    // Only `five-questions` draws from a pool; all others ask what was recorded.
    queries: { distinct: 100, zipfExponent: 0.8, neverRepeatedShare: 0.885, topK: 10 },
    mix: { ask: 1 },
    arrivals: ragpulse,
    deadlineMs: 30_000,
    connections: 1_024,
  },
  slos: [
    { id: 'ask-mean', metric: 'ask-response-mean', comparator: 'le', limit: 5_000, minimumSamples: 30 },
    { id: 'ask-p95', metric: 'ask-response-p95', comparator: 'le', limit: 10_000, minimumSamples: 200 },
    // What the system adds to the provider is held to the goal of the search API.
    { id: 'own-time', metric: 'ask-own-p95', comparator: 'le', limit: 300, minimumSamples: 200 },
    { id: 'achieved', metric: 'achieved-ratio', comparator: 'ge', limit: 0.98, minimumSamples: 100 },
    { id: 'errors', metric: 'error-ratio', comparator: 'le', limit: 0.01, minimumSamples: 300 },
    { id: 'complete', metric: 'complete-answer-ratio', comparator: 'ge', limit: 0.99, minimumSamples: 300 },
    { id: 'recall', metric: 'recall-at-10', comparator: 'ge', limit: 0.95, minimumSamples: 50 },
  ],
  ladderLimits: { searchP99Ms: 300, errorShare: 0.001, achievedRatio: 0.98 },
  profiles,
};

import type { ProfileId } from '../harness/contract/common.ts';
import type { Scenario, Variant } from '../harness/contract/scenario.ts';
import { comparisonProfiles } from './profiles.ts';
import {
  hybrid,
  perNode,
  qdrantCluster,
  reranked,
  routerConsistentHash,
  routerHash,
  routerRandom,
  routerRange,
  routerSemantic,
  single,
} from './topologies.ts';

/** The wide comparisons: measured where there is time for them, and in any profile when `--variants` names them. */
const wide: ProfileId[] = ['standard', 'full'];

/** The second corpus size, by which a rule about the number of shards is told from a rule about this corpus. */
const smaller = 0.2;

function smallerCorpus(shards: number): Variant {
  return {
    id: shards === 1 ? 'small-single' : `small-router-hash-${shards}`,
    title: shards === 1 ? 'a fifth of the documents on one node' : `a fifth of the documents on ${shards} hash shards`,
    topology: shards === 1 ? single : routerHash(shards),
    profiles: wide,
    documentsShare: smaller,
    baseline: 'small-single',
  };
}

/**
 * Shall I shard? One vector node against three shards, placed by the query tier or by Qdrant itself. Where nothing enforces
 * quotas, and where no real Qdrant serves, the variants that need them are left out by name.
 */
export const singleVsSharded: Scenario = {
  id: 'single-vs-sharded',
  title: 'One vector node against three hash shards',
  question: 'Does one vector node serve these documents better than three shards of the same total size?',
  hypothesis: 'On one machine every search pays for three answers instead of one, and nothing is gained while the documents fit one node.',
  baseline: 'single',
  variants: [
    { id: 'single', title: 'one vector node', topology: single },
    { id: 'router-hash-3', title: 'three hash shards', topology: routerHash(3) },
    {
      id: 'router-hash-3-per-node',
      title: 'three hash shards, each as large as the single node',
      topology: perNode(routerHash(3)),
      requires: ['quotas'],
    },
    { id: 'qdrant-cluster-3', title: 'Qdrant’s own three shards', topology: qdrantCluster(3, 1), requires: ['qdrant'] },
    {
      id: 'qdrant-cluster-3x2',
      title: 'Qdrant’s own three shards, each on two of three nodes',
      topology: qdrantCluster(3, 2),
      requires: ['qdrant'],
    },
    // Other strategies at three shards, and other numbers of shards of one strategy; `single` is the one of one shard.
    { id: 'router-range-3', title: 'three ranges of document numbers', topology: routerRange(3), profiles: wide, ladder: false },
    { id: 'router-random-3', title: 'three shards drawn at random', topology: routerRandom(3), profiles: wide, ladder: false },
    {
      id: 'router-consistent-hash-3',
      title: 'three shards on a hash ring',
      topology: routerConsistentHash(3),
      profiles: wide,
      ladder: false,
    },
    {
      id: 'router-semantic-3',
      title: 'three shards by meaning, of which a search asks two',
      topology: routerSemantic(3),
      profiles: wide,
      ladder: false,
      measuredOnly: [{ slo: 'recall', why: 'a search asks two of three shards, and what that costs in recall is the question' }],
    },
    { id: 'router-hash-2', title: 'two hash shards', topology: routerHash(2), profiles: wide },
    { id: 'router-hash-4', title: 'four hash shards', topology: routerHash(4), profiles: wide },
    { id: 'router-hash-6', title: 'six hash shards', topology: routerHash(6), profiles: wide },
    { id: 'router-hash-8', title: 'eight hash shards', topology: routerHash(8), profiles: wide },
    { id: 'single-hybrid', title: 'one vector node, embeddings and BM25', topology: hybrid(single), profiles: wide, ladder: false },
    {
      id: 'router-hash-3-hybrid',
      title: 'three hash shards, embeddings and BM25',
      topology: hybrid(routerHash(3)),
      profiles: wide,
      ladder: false,
      baseline: 'single-hybrid',
    },
    {
      id: 'single-rerank',
      title: 'one vector node, candidates reranked by a provider that takes no time',
      topology: reranked(single),
      profiles: wide,
      ladder: false,
      measuredOnly: [
        { slo: 'recall', why: 'its hits count when they are among twice as many exact candidates, which says nothing of the best ten' },
      ],
    },
    ...[1, 2, 3, 4, 6, 8].map(smallerCorpus),
  ],
  workload: {
    corpus: { tenants: 4, concepts: 256, chineseShare: 0.4 },
    queries: { distinct: 2_000, zipfExponent: 0.8, neverRepeatedShare: 0.3, topK: 10 },
    mix: { search: 0.92, ask: 0.05, upsert: 0.03 },
    arrivals: 'poisson',
    deadlineMs: 10_000,
    connections: 64,
  },
  slos: [
    { id: 'search-p99', metric: 'search-response-p99', comparator: 'le', limit: 300, minimumSamples: 1_000 },
    { id: 'search-p95', metric: 'search-response-p95', comparator: 'le', limit: 100, minimumSamples: 200 },
    { id: 'ask-mean', metric: 'ask-response-mean', comparator: 'le', limit: 5_000, minimumSamples: 30 },
    { id: 'recall', metric: 'recall-at-10', comparator: 'ge', limit: 0.95, minimumSamples: 100 },
    { id: 'achieved', metric: 'achieved-ratio', comparator: 'ge', limit: 0.98, minimumSamples: 100 },
    { id: 'errors', metric: 'error-ratio', comparator: 'le', limit: 0.001, minimumSamples: 1_000 },
    { id: 'complete', metric: 'complete-answer-ratio', comparator: 'ge', limit: 0.999, minimumSamples: 1_000 },
  ],
  ladderLimits: { searchP99Ms: 300, errorShare: 0.001, achievedRatio: 0.98 },
  profiles: comparisonProfiles,
};

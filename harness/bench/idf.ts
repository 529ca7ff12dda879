import { pointIdOf } from '../../system/api/point.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { hashSharding } from '../../system/policies/sharding/hash.ts';
import { createCorpus, tenantNames } from '../corpus/documents.ts';
import { localRarityOf } from '../corpus/local-rarity.ts';
import { createQueries } from '../corpus/queries.ts';

/** Prints what counting the rarity of terms per shard costs, by number of shards and size of the corpus. Seeded: the same table everywhere. */
const seed = 1;
const k = 10;
const shardCounts = [1, 2, 3, 4, 6, 8];
const corpusSizes = [500, 2_000, 8_000];
const questionCount = 200;
const chineseShare = 0.4;

const space = createConceptSpace({ seed, concepts: 256, dimensions: 64 });
const tenants = tenantNames(1);
const questions = createQueries(space, {
  seed,
  tenants,
  distinct: questionCount,
  zipfExponent: 0,
  neverRepeatedShare: 0,
  chineseShare,
}).pool.map(({ text }) => text);

console.log(
  `overlap@${k} of answers by each shard's own term rarities with those by the whole corpus's; documents placed by hash; ${questionCount} questions, seed ${seed}`,
);
console.log('documents  shards  documents/shard  keywords mean (lowest)  hybrid mean (lowest)');
for (const size of corpusSizes) {
  const documents = createCorpus(space, { seed, documents: size, tenants, chineseShare }).documents.map(
    ({ tenant, docId, knowledgeBase, content }) => ({
      id: pointIdOf({ tenant, knowledge_base: knowledgeBase, doc_id: docId }),
      content,
    }),
  );
  for (const shards of shardCounts) {
    const policy = hashSharding(shards);
    const { keywords, hybrid } = localRarityOf({ space, documents, questions, k, shards, shardOf: (id) => policy.shardOf(id) });
    const shown = ({ mean, lowest }: { mean: number; lowest: number }) => `${mean.toFixed(4)} (${lowest.toFixed(1)})`;
    console.log(
      `${String(size).padStart(9)}  ${String(shards).padStart(6)}  ${String(Math.round(size / shards)).padStart(15)}  ${shown(keywords).padStart(22)}  ${shown(hybrid).padStart(20)}`,
    );
  }
}

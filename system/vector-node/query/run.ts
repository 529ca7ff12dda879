import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { badRequest, notFound, wrongInput } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { joined, onlyIds, withoutIds } from '../filter/join.ts';
import { compileFilter } from '../filter/matcher.ts';
import type { PointId } from '../points/point-id.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import type { ContextPair, Query, VectorInput } from '../wire/query-kind.ts';
import type { QueryStage } from '../wire/query-request.ts';
import { averageVector, bestScore, contextScore, discoveryScore, diversified, type RowScorer, rankedBy, sumScores } from './examples.ts';
import { formulaScore } from './formula.ts';
import { fuseByDistribution, fuseByRank } from './fusion.ts';
import type { Hit } from './hit.ts';
import { orderedHits, passingRows, sampledHits } from './ordered.ts';
import { checkVectorName, denseColumn, denseVector, sparseVector, type VectorSource } from './vectors.ts';

/** A stage that is to be run: its filter joined with those around it, and how many points it is to give. */
interface Task {
  readonly stage: QueryStage;
  readonly filter: Filter | undefined;
  readonly limit: number;
  /** True among candidates that other stages chose: then every one is compared. */
  readonly isRescoring: boolean;
}

/** Runs queries on one collection. */
export class QueryRunner {
  readonly #collection: Collection;
  readonly #catalogue: Catalogue;

  constructor(collection: Collection, catalogue: Catalogue) {
    this.#collection = collection;
    this.#catalogue = catalogue;
  }

  /** The best `limit` points of a query, best first. */
  run(stage: QueryStage, limit: number, filter?: Filter): Hit[] {
    const own = joined(filter, stage.filter);
    const { prefetches, query } = stage;
    if (prefetches.length === 0) {
      return this.#leaf({ stage, filter: own, limit, isRescoring: false });
    }
    if (query === undefined) {
      throw badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
    }
    if (query.kind === 'rrf' && query.weights !== undefined && query.weights.length !== prefetches.length) {
      throw wrongInput(
        `Validation failed: RRF weights length (${query.weights.length}) does not match number of prefetches (${prefetches.length})`,
      );
    }
    const sources = prefetches.map((prefetch) => this.run(prefetch, prefetch.limit, own));
    if (query.kind === 'rrf' || query.kind === 'dbsf') {
      const fused = query.kind === 'rrf' ? fuseByRank(sources, query.k, query.weights) : fuseByDistribution(sources);
      const { scoreThreshold } = stage;
      return fused.filter(({ score }) => scoreThreshold === undefined || score >= scoreThreshold).slice(0, limit);
    }
    if (query.kind === 'formula') {
      const score = formulaScore(query.formula, sources, this.#segment);
      const rows = new Set(sources.flat().map(({ row }) => row));
      return this.#versioned(rankedBy(score, rows, limit, stage.scoreThreshold));
    }
    const candidates = sources.flat().map(({ row }) => this.#segment.idOf(row));
    return this.#leaf({ stage, filter: joined(onlyIds(candidates), own), limit, isRescoring: true });
  }

  get #segment() {
    return this.#collection.segment;
  }

  #leaf(task: Task): Hit[] {
    const { query } = task.stage;
    switch (query?.kind) {
      case undefined:
        return this.#segment.scroll(task.filter, undefined, task.limit).map((row) => ({ row, score: 1, version: 0 }));
      case 'rrf':
      case 'dbsf':
        throw wrongInput('Validation failed: cannot apply Fusion without prefetches');
      case 'formula':
        throw wrongInput('Validation failed: cannot apply Formula without prefetches');
      case 'orderBy': {
        const { order } = query;
        return orderedHits(this.#segment, order, this.#collection.declaredIndexes.get(order.path.text), task.filter, task.limit);
      }
      case 'sample':
        return sampledHits(this.#segment, task.filter, task.limit);
      case 'nearest':
        return query.mmr === undefined ? this.#nearest(task, query.target) : this.#diverse(task, query.target, query.mmr);
      case 'recommend':
        return this.#recommended(task, query);
      case 'discover': {
        const column = denseColumn(this.#segment, task.stage.vectorName, 'discovery');
        const [target] = this.#vectors([query.target], column, task.stage);
        const score = discoveryScore(column, target as Float32Array, this.#pairs(query.pairs, column, task.stage));
        return this.#ranked(task, column, score, [query.target, ...query.pairs.flatMap(({ positive, negative }) => [positive, negative])]);
      }
      case 'context': {
        const column = denseColumn(this.#segment, task.stage.vectorName, 'context search');
        const score = contextScore(column, this.#pairs(query.pairs, column, task.stage));
        return this.#ranked(
          task,
          column,
          score,
          query.pairs.flatMap(({ positive, negative }) => [positive, negative]),
        );
      }
    }
  }

  /** Where the vectors of named points come from. */
  #source({ lookup, vectorName }: QueryStage): VectorSource {
    if (lookup === undefined) {
      return { segment: this.#segment, vectorName };
    }
    if (!this.#catalogue.has(lookup.collection)) {
      throw notFound(`Collection ${lookup.collection} not found`);
    }
    return { segment: this.#catalogue.get(lookup.collection).segment, vectorName: lookup.vectorName ?? vectorName };
  }

  /** The points that a query names, which are then not part of its answer. */
  #named(stage: QueryStage, inputs: readonly VectorInput[]): PointId[] {
    return stage.lookup === undefined ? inputs.filter((input) => input.kind === 'point').map(({ id }) => id) : [];
  }

  #nearest({ stage, filter, limit, isRescoring }: Task, target: VectorInput): Hit[] {
    const segment = this.#segment;
    const { vectorName, scoreThreshold } = stage;
    checkVectorName(segment, vectorName);
    const [without] = this.#named(stage, [target]);
    const column = segment.columns.get(vectorName);
    if (column === undefined) {
      const others = joined(filter, withoutIds(without === undefined ? [] : [without]));
      return this.#nearestSparse(sparseVector(target, this.#source(stage)), { stage, filter: others, limit, isRescoring });
    }
    const vector = denseVector(target, this.#source(stage), column, vectorName);
    const params = isRescoring ? { ...stage.params, exact: true } : stage.params;
    return this.#versioned(segment.nearest({ vectorName, vector, limit, filter, scoreThreshold, without, params }));
  }

  #nearestSparse(vector: ReturnType<typeof sparseVector>, { stage, filter, limit }: Task): Hit[] {
    const segment = this.#segment;
    const matches = filter === undefined ? undefined : compileFilter(filter, segment);
    const passes = matches === undefined ? undefined : (row: number) => matches(segment.payloadOf(row), row);
    const { scoreThreshold } = stage;
    const found = segment.sparseColumns.get(stage.vectorName)?.nearest(vector, limit, passes) ?? [];
    return this.#versioned(found.filter(({ score }) => scoreThreshold === undefined || score > scoreThreshold));
  }

  #versioned(found: readonly { readonly row: number; readonly score: number }[]): Hit[] {
    return found.map(({ row, score }) => ({ row, score, version: this.#segment.versionOf(row) }));
  }

  #diverse(task: Task, target: VectorInput, mmr: NonNullable<Extract<Query, { kind: 'nearest' }>['mmr']>): Hit[] {
    const { stage, limit } = task;
    const column = denseColumn(this.#segment, stage.vectorName, 'mmr');
    const candidates = this.#nearest({ ...task, limit: Math.max(limit, mmr.candidates ?? limit) }, target);
    const [vector] = this.#vectors([target], column, stage);
    return diversified(candidates, column, vector as Float32Array, mmr.diversity, limit);
  }

  #vectors(inputs: readonly VectorInput[], column: VectorColumn, stage: QueryStage): Float32Array[] {
    const source = this.#source(stage);
    return inputs.map((input) => denseVector(input, source, column, stage.vectorName));
  }

  #pairs(pairs: readonly ContextPair[], column: VectorColumn, stage: QueryStage) {
    return pairs.map(({ positive, negative }) => {
      const [liked, disliked] = this.#vectors([positive, negative], column, stage);
      return { positive: liked as Float32Array, negative: disliked as Float32Array };
    });
  }

  #recommended(task: Task, query: Extract<Query, { kind: 'recommend' }>): Hit[] {
    const { stage } = task;
    const column = denseColumn(this.#segment, stage.vectorName, 'recommendations');
    const positives = this.#vectors(query.positives, column, stage);
    const negatives = this.#vectors(query.negatives, column, stage);
    const named = [...query.positives, ...query.negatives];
    if (query.strategy === 'average_vector') {
      const filter = joined(task.filter, withoutIds(this.#named(stage, named)));
      return this.#nearest({ ...task, filter }, { kind: 'dense', vector: averageVector(positives, negatives) });
    }
    const score = query.strategy === 'best_score' ? bestScore(column, positives, negatives) : sumScores(column, positives, negatives);
    return this.#ranked(task, column, score, named);
  }

  /** Compares with every point that passes and has the vector. */
  #ranked({ stage, filter, limit }: Task, column: VectorColumn, score: RowScorer, named: readonly VectorInput[]): Hit[] {
    const others = joined(filter, withoutIds(this.#named(stage, named)));
    const rows = [...passingRows(this.#segment, others)].filter((row) => column.has(row));
    return this.#versioned(rankedBy(score, rows, limit, stage.scoreThreshold));
  }
}

import type { Express } from 'express';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { writeJson } from '../json/write.ts';
import { groupedHits } from '../query/groups.ts';
import { QueryRunner } from '../query/run.ts';
import { checkStrictQuery } from '../strict-mode/strict-mode.ts';
import {
  type GroupsRequest,
  type QueryRequest,
  readGroups,
  readQuery,
  readRecommendation,
  readSearch,
  readSearches,
} from '../wire/query-request.ts';
import { answering, JsonText, listJson } from './answer.ts';
import { collectionName, readTimeout } from './parameters.ts';
import { checkShardKey, readOf } from './points.ts';
import { checkVectorSelection, hitJson } from './records.ts';

/** Answers queries of one collection as JSON text. */
class QueryAnswers {
  readonly #collection: Collection;
  readonly #runner: QueryRunner;
  readonly #timeout: number | undefined;

  /** @param timeout seconds */
  constructor(collection: Collection, catalogue: Catalogue, timeout: number | undefined) {
    this.#timeout = timeout;
    this.#collection = collection;
    this.#runner = new QueryRunner(collection, catalogue);
  }

  #check(request: QueryRequest): void {
    checkShardKey(request.shardKey);
    checkVectorSelection(this.#collection.segment, request.vectors);
    checkStrictQuery(this.#collection, request, this.#timeout);
  }

  /** A list of hits, best first. */
  hits(request: QueryRequest): string {
    this.#check(request);
    const { segment } = this.#collection;
    const hits = this.#runner.run(request, request.offset + request.limit).slice(request.offset);
    return listJson(hits.map((hit) => hitJson(segment, hit, request)));
  }

  points(request: QueryRequest): string {
    return `{"points":${this.hits(request)}}`;
  }

  groups({ query, groupBy, groupSize, groupLimit }: GroupsRequest): string {
    this.#check(query);
    const { segment } = this.#collection;
    const groups = groupedHits(segment, (limit) => this.#runner.run(query, limit), groupBy, { groupSize, groupLimit });
    const texts = groups.map(
      ({ id, hits }) => `{"hits":${listJson(hits.map((hit) => hitJson(segment, hit, query)))},"id":${writeJson(id)}}`,
    );
    return `{"groups":${listJson(texts)}}`;
  }
}

/** The routes of queries, in their present form (`query`) and the older ones (`search`, `recommend`). */
export function mountQueries(app: Express, catalogue: Catalogue): void {
  const mount = <T>(path: string, read: (body: unknown) => T, answer: (answers: QueryAnswers, request: T) => string) => {
    app.post(
      `/collections/:collection/points/${path}`,
      answering((request) => {
        const query = readOf(request, read);
        return new JsonText(answer(new QueryAnswers(catalogue.get(collectionName(request)), catalogue, readTimeout(request)), query));
      }),
    );
  };
  mount('query', readQuery, (answers, query) => answers.points(query));
  mount(
    'query/batch',
    (body) => readSearches(body, 'QueryRequestBatch', readQuery, 'internal'),
    (answers, queries) => listJson(queries.map((query) => answers.points(query))),
  );
  mount(
    'query/groups',
    (body) => readGroups(body, readQuery),
    (answers, groups) => answers.groups(groups),
  );
  mount('search', readSearch, (answers, search) => answers.hits(search));
  mount(
    'search/batch',
    (body) => readSearches(body, 'SearchRequestBatch', readSearch, 'search_request'),
    (answers, searches) => listJson(searches.map((search) => answers.hits(search))),
  );
  mount(
    'search/groups',
    (body) => readGroups(body, readSearch),
    (answers, groups) => answers.groups(groups),
  );
  mount('recommend', readRecommendation, (answers, recommendation) => answers.hits(recommendation));
  mount(
    'recommend/batch',
    (body) => readSearches(body, 'RecommendRequestBatch', readRecommendation, 'recommend_request'),
    (answers, searches) => listJson(searches.map((search) => answers.hits(search))),
  );
}

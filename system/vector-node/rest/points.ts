import type { Express, Request } from 'express';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { badRequest, notFound } from '../errors.ts';
import { wholePayload } from '../points/payload-selection.ts';
import { pointIdJson, readPointIdOfPath } from '../points/point-id.ts';
import { facetOf } from '../query/facet.ts';
import { orderedHits } from '../query/ordered.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import { checkStrictRead } from '../strict-mode/strict-mode.ts';
import { readCount, readFacet, readRetrieve, readScroll, type ScrollRequest } from '../wire/read-request.ts';
import {
  readBatch,
  readClearPayload,
  readDelete,
  readDeletePayload,
  readDeleteVectors,
  readOverwritePayload,
  readSetPayload,
  readUpdateVectors,
  readUpsertUpdate,
  type Update,
} from '../wire/update-request.ts';
import { answering, JsonText, listJson } from './answer.ts';
import { type ErrorPositions, readBodyOf } from './body.ts';
import { checkReadParameters, collectionName, readTimeout, readWriteParameters } from './parameters.ts';
import { checkVectorSelection, recordJson } from './records.ts';
import { runBatch, runUpdate } from './updates.ts';

/** Refuses a shard key where points are read: no collection here has any. */
export function checkShardKey(shardKey: string | undefined): void {
  if (shardKey !== undefined) {
    throw badRequest(`Shard key ${shardKey} not found`);
  }
}

/** Reads the body of a read. Bodies are checked before the collection is looked up, as the engine does. */
export function readOf<T>(request: Request, reader: (body: unknown) => T): T {
  collectionName(request);
  checkReadParameters(request);
  return readBodyOf(request, 'with positions', reader);
}

const updateRoutes: readonly (readonly [
  method: 'put' | 'post',
  path: string,
  positions: ErrorPositions,
  read: (body: unknown) => Update,
])[] = [
  ['put', '', 'without positions', readUpsertUpdate],
  ['post', '/delete', 'without positions', readDelete],
  ['post', '/payload', 'with positions', readSetPayload],
  ['put', '/payload', 'with positions', readOverwritePayload],
  ['post', '/payload/delete', 'with positions', readDeletePayload],
  ['post', '/payload/clear', 'without positions', readClearPayload],
  ['put', '/vectors', 'with positions', readUpdateVectors],
  ['post', '/vectors/delete', 'with positions', readDeleteVectors],
];

function mountUpdates(app: Express, collectionOf: (request: Request) => Collection): void {
  const points = '/collections/:collection/points';
  for (const [method, path, positions, read] of updateRoutes) {
    app[method](
      `${points}${path}`,
      answering(async (request) => {
        collectionName(request);
        const { wait } = readWriteParameters(request);
        const update = readBodyOf(request, positions, read);
        return await runUpdate(collectionOf(request), update, wait);
      }),
    );
  }
  app.post(
    `${points}/batch`,
    answering(async (request) => {
      collectionName(request);
      const { wait } = readWriteParameters(request);
      const updates = readBodyOf(request, 'with positions', readBatch);
      return await runBatch(collectionOf(request), updates, wait);
    }),
  );
}

function scrollJson(segment: FlatSegment, scroll: ScrollRequest): JsonText {
  const rows = segment.scroll(scroll.filter, scroll.from, scroll.limit + 1);
  const next = rows[scroll.limit];
  const points = rows.slice(0, scroll.limit).map((row) => recordJson(segment, row, scroll));
  return new JsonText(`{"points":${listJson(points)},"next_page_offset":${next === undefined ? 'null' : pointIdJson(segment.idOf(next))}}`);
}

/** A scroll in the order of a payload key has no next page: its caller goes on with `start_from`. */
function orderedScrollJson(collection: Collection, scroll: ScrollRequest, order: NonNullable<ScrollRequest['order']>): JsonText {
  const { segment, declaredIndexes } = collection;
  const hits = orderedHits(segment, order, declaredIndexes.get(order.path.text), scroll.filter, scroll.limit);
  const points = hits.map(({ row, orderValue }) => recordJson(segment, row, scroll, orderValue));
  return new JsonText(`{"points":${listJson(points)},"next_page_offset":null}`);
}

/** The routes of points but for queries. */
export function mountPoints(app: Express, catalogue: Catalogue): void {
  const collectionOf = (request: Request) => catalogue.get(collectionName(request));
  mountUpdates(app, collectionOf);
  app.post(
    '/collections/:collection/points/count',
    answering((request) => {
      const { filter, shardKey } = readOf(request, readCount);
      const collection = collectionOf(request);
      checkShardKey(shardKey);
      checkStrictRead(collection, { filter, timeout: readTimeout(request) });
      return { count: collection.segment.count(filter) };
    }),
  );
  app.post(
    '/collections/:collection/points/scroll',
    answering((request) => {
      const scroll = readOf(request, readScroll);
      const collection = collectionOf(request);
      checkShardKey(scroll.shardKey);
      checkVectorSelection(collection.segment, scroll.vectors);
      checkStrictRead(collection, { filter: scroll.filter, limit: scroll.limit, timeout: readTimeout(request) });
      return scroll.order === undefined ? scrollJson(collection.segment, scroll) : orderedScrollJson(collection, scroll, scroll.order);
    }),
  );
  app.post(
    '/collections/:collection/points',
    answering((request) => {
      const retrieve = readOf(request, readRetrieve);
      const collection = collectionOf(request);
      const { segment } = collection;
      checkShardKey(retrieve.shardKey);
      checkVectorSelection(segment, retrieve.vectors);
      checkStrictRead(collection, { timeout: readTimeout(request), cost: retrieve.ids.length });
      const rows = retrieve.ids.map((id) => segment.rowOf(id)).filter((row) => row !== undefined);
      return new JsonText(listJson(rows.map((row) => recordJson(segment, row, retrieve))));
    }),
  );
  app.post(
    '/collections/:collection/facet',
    answering((request) => {
      const facet = readOf(request, readFacet);
      const collection = collectionOf(request);
      checkShardKey(facet.shardKey);
      checkStrictRead(collection, { filter: facet.filter, limit: facet.limit, timeout: readTimeout(request) });
      return { hits: facetOf(collection, facet) };
    }),
  );
  app.get(
    '/collections/:collection/points/:id',
    answering((request) => {
      collectionName(request);
      checkReadParameters(request);
      const id = readPointIdOfPath(String(request.params.id));
      const { segment } = collectionOf(request);
      const row = segment.rowOf(id);
      if (row === undefined) {
        throw notFound(`Point with id ${id} does not exists!`);
      }
      return new JsonText(recordJson(segment, row, { payload: wholePayload, vectors: true }));
    }),
  );
}

import type { Express, Request } from 'express';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { badRequest, notFound } from '../errors.ts';
import { wholePayload } from '../points/payload-selection.ts';
import { type PointId, pointIdJson, readPointIdOfPath } from '../points/point-id.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import type { Operation } from '../storage/operation.ts';
import { checkDimensions, type GivenPoint, preparePoints, readUpsert } from '../wire/points-request.ts';
import { readCount, readPointsSelector, readQuery, readRetrieve, readScroll, readSearch } from '../wire/query-request.ts';
import { answering, JsonText } from './answer.ts';
import { readBodyOf } from './body.ts';
import { checkReadParameters, collectionName, readWriteParameters } from './parameters.ts';
import { checkVectorSelection, recordJson } from './records.ts';
import { searchHits } from './search.ts';

const list = (texts: readonly string[]) => `[${texts.join(',')}]`;

function preparedOrNumbered(collection: Collection, points: readonly GivenPoint[]): StoredPoint[] {
  try {
    return preparePoints(points, collection.segment.columns);
  } catch (error) {
    collection.skipOperationId();
    throw error;
  }
}

/** Writes, and reports as the engine does: `completed` to those who wait, `acknowledged` to the others. */
async function write(collection: Collection, operation: Operation, wait: boolean) {
  const { operationId } = await collection.write(operation);
  return { operation_id: operationId, status: wait ? 'completed' : 'acknowledged' };
}

/** The routes of points. Bodies are checked before the collection is looked up, as the engine does. */
export function mountPoints(app: Express, catalogue: Catalogue): void {
  const collectionOf = (request: Request) => catalogue.get(collectionName(request));
  const read = <T>(request: Request, reader: (body: unknown) => T): T => {
    collectionName(request);
    checkReadParameters(request);
    return readBodyOf(request, 'with positions', reader);
  };

  app.put(
    '/collections/:collection/points',
    answering(async (request) => {
      collectionName(request);
      const { wait } = readWriteParameters(request);
      const points = readBodyOf(request, 'without positions', readUpsert);
      const collection = collectionOf(request);
      checkDimensions(points, collection.segment.columns);
      return await write(collection, { kind: 'upsert', points: preparedOrNumbered(collection, points) }, wait);
    }),
  );
  app.post(
    '/collections/:collection/points/delete',
    answering(async (request) => {
      collectionName(request);
      const { wait } = readWriteParameters(request);
      const selector = readBodyOf(request, 'without positions', readPointsSelector);
      if (selector.kind === 'ids' && selector.ids.length === 0) {
        throw badRequest('Empty update request');
      }
      const collection = collectionOf(request);
      const operation: Operation =
        selector.kind === 'ids' ? { kind: 'deletePoints', ids: selector.ids } : { kind: 'deleteWhere', filter: selector.filter };
      return await write(collection, operation, wait);
    }),
  );
  app.post(
    '/collections/:collection/points/query',
    answering((request) => {
      const query = read(request, (body) => readQuery(body));
      return new JsonText(`{"points":${list(searchHits(collectionOf(request), query))}}`);
    }),
  );
  app.post(
    '/collections/:collection/points/search',
    answering((request) => {
      const search = read(request, readSearch);
      return new JsonText(list(searchHits(collectionOf(request), search)));
    }),
  );
  app.post(
    '/collections/:collection/points/count',
    answering((request) => {
      const filter = read(request, readCount);
      return { count: collectionOf(request).segment.count(filter) };
    }),
  );
  app.post(
    '/collections/:collection/points/scroll',
    answering((request) => {
      const scroll = read(request, readScroll);
      const { segment } = collectionOf(request);
      checkVectorSelection(segment, scroll.vectors);
      const rows = segment.scroll(scroll.filter, scroll.from, scroll.limit + 1);
      const next = rows[scroll.limit];
      const points = rows.slice(0, scroll.limit).map((row) => recordJson(segment, row, scroll));
      return new JsonText(`{"points":${list(points)},"next_page_offset":${next === undefined ? 'null' : pointIdJson(segment.idOf(next))}}`);
    }),
  );
  app.post(
    '/collections/:collection/points',
    answering((request) => {
      const retrieve = read(request, readRetrieve);
      const { segment } = collectionOf(request);
      checkVectorSelection(segment, retrieve.vectors);
      const rows = retrieve.ids.map((id: PointId) => segment.rowOf(id)).filter((row) => row !== undefined);
      return new JsonText(list(rows.map((row) => recordJson(segment, row, retrieve))));
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

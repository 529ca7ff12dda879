import type { Express, Request } from 'express';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { badRequest, FormatError } from '../errors.ts';
import { isObject, parsePath } from '../points/payload-path.ts';
import { type IndexType, indexTypes } from '../segment/payload-index.ts';
import { describeConfig, readCollectionConfig } from '../wire/collection-config.ts';
import { readCollectionUpdate } from '../wire/collection-update.ts';
import { expectObject, expectString } from '../wire/expect.ts';
import { answering } from './answer.ts';
import { readBodyOf } from './body.ts';
import { checkCollectionTimeout, checkReadParameters, collectionName, readWriteParameters } from './parameters.ts';

interface IndexRequest {
  readonly field: string;
  /** Undefined when the request leaves it out. */
  readonly type: IndexType | undefined;
  readonly params: unknown;
}

function readIndexRequest(body: unknown): IndexRequest {
  const request = expectObject(body, 'struct CreateFieldIndex');
  if (!('field_name' in request)) {
    throw new FormatError('missing field `field_name`');
  }
  const field = expectString(request.field_name, { kind: 'value', path: ['field_name'] });
  try {
    parsePath(field);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.detail, { kind: 'value', path: ['field_name'] }) : error;
  }
  const schema = request.field_schema ?? request.field_type;
  if (schema === undefined || schema === null) {
    return { field, type: undefined, params: undefined };
  }
  const type = isObject(schema) ? schema.type : schema;
  if (!indexTypes.includes(type as IndexType)) {
    throw new FormatError('data did not match any variant of untagged enum PayloadFieldSchema', { kind: 'enum', path: ['field_schema'] });
  }
  // The parameters of an integer index are shown with this member, those of the others without.
  const params = isObject(schema) && type === 'integer' ? { is_principal: null, ...schema } : schema;
  return { field, type: type as IndexType, params: isObject(params) ? params : undefined };
}

function describe(collection: Collection) {
  const { segment, config, declaredIndexes, optimizer } = collection;
  const schema = [...declaredIndexes].map(([field, { type, params }]) => [
    field,
    { data_type: type, ...(params === undefined ? {} : { params }), points: segment.indexes.get(field)?.pointCount ?? 0 },
  ]);
  return {
    ...(optimizer?.state ?? { status: 'grey', optimizer_status: 'ok', indexed_vectors_count: 0, segments_count: 1 }),
    points_count: segment.pointCount,
    config: describeConfig(config),
    payload_schema: Object.fromEntries(schema),
    update_queue: { length: 0 },
  };
}

/** The routes of collections as a whole and of their payload indexes. */
export function mountCollections(app: Express, catalogue: Catalogue): void {
  app.get(
    '/collections',
    answering(() => ({ collections: catalogue.collections.map(({ name }) => ({ name })) })),
  );
  app.get(
    '/collections/:collection',
    answering((request) => {
      const name = collectionName(request);
      checkReadParameters(request);
      return describe(catalogue.get(name));
    }),
  );
  app.put(
    '/collections/:collection',
    answering(async (request) => {
      const name = collectionName(request);
      checkCollectionTimeout(request);
      const config = readBodyOf(request, 'with positions', readCollectionConfig);
      await catalogue.create(name, config);
      return true;
    }),
  );
  app.patch(
    '/collections/:collection',
    answering(async (request) => {
      const name = collectionName(request);
      checkCollectionTimeout(request);
      await catalogue.configure(name, readBodyOf(request, 'with positions', readCollectionUpdate));
      return true;
    }),
  );
  app.delete(
    '/collections/:collection',
    answering(async (request) => {
      const name = collectionName(request);
      checkCollectionTimeout(request);
      return await catalogue.delete(name);
    }),
  );
  app.get(
    '/collections/:collection/exists',
    answering((request) => ({ exists: catalogue.has(collectionName(request)) })),
  );
  app.put(
    '/collections/:collection/index',
    answering(async (request) => {
      const name = collectionName(request);
      const { wait } = readWriteParameters(request);
      const { field, type, params } = readBodyOf(request, 'with positions', readIndexRequest);
      const collection = catalogue.get(name);
      if (type === undefined) {
        throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
      }
      return await changeIndex(collection, wait, { kind: 'createIndex', field, type, params });
    }),
  );
  app.delete(
    '/collections/:collection/index/:field',
    answering(async (request: Request) => {
      const name = collectionName(request);
      const { wait } = readWriteParameters(request);
      return await changeIndex(catalogue.get(name), wait, { kind: 'deleteIndex', field: String(request.params.field) });
    }),
  );
}

/** The engine counts a change of an index as two operations. */
async function changeIndex(collection: Collection, wait: boolean, operation: Parameters<Collection['write']>[0]) {
  collection.skipOperationId();
  const { operationId } = await collection.write(operation);
  return { operation_id: operationId, status: wait ? 'completed' : 'acknowledged' };
}

import type { Collection } from '../collection.ts';
import { notFound, unknownVectorName, wrongInput } from '../errors.ts';
import { pointIdJson } from '../points/point-id.ts';
import type { Operation } from '../storage/operation.ts';
import { checkStrictUpdate } from '../strict-mode/strict-mode.ts';
import { checkDimensions, preparePoints, prepareVectors } from '../wire/points-request.ts';
import type { Update } from '../wire/update-request.ts';

/** What the caller of a write learns: `completed` when it waited, `acknowledged` otherwise. */
export interface UpdateResult {
  readonly operation_id: number;
  readonly status: 'completed' | 'acknowledged';
}

/** Prepares an operation; when that fails the engine has numbered it already. */
function numbered<T>(collection: Collection, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    collection.skipOperationId();
    throw error;
  }
}

function checkVectorNames({ segment }: Collection, names: readonly string[]): void {
  const unknown = names.find((name) => !segment.columns.has(name) && !segment.sparseColumns.has(name));
  if (unknown !== undefined) {
    throw unknownVectorName(unknown);
  }
}

/** An update as operations of the log; most are one. */
function operationsOf(collection: Collection, update: Update): Operation[] {
  const { segment } = collection;
  switch (update.kind) {
    case 'upsert': {
      const { mode, filter } = update;
      checkDimensions(update.points, segment);
      const points = numbered(collection, () => preparePoints(update.points, segment));
      return mode === 'upsert' && filter === undefined
        ? [{ kind: 'upsert', points }]
        : [{ kind: 'conditionalUpsert', points, mode, filter }];
    }
    case 'delete':
      return update.selector.kind === 'ids'
        ? [{ kind: 'deletePoints', ids: update.selector.ids }]
        : [{ kind: 'deleteWhere', filter: update.selector.filter }];
    case 'updateVectors':
      return [{ kind: 'updateVectors', points: numbered(collection, () => update.points.map((point) => prepareVectors(point, segment))) }];
    case 'deleteVectors':
      numbered(collection, () => checkVectorNames(collection, update.names));
      return update.selectors.map((selector) => ({ kind: 'deleteVectors', selector, names: update.names }));
    case 'setPayload':
    case 'overwritePayload':
    case 'deletePayload': {
      const { shardKey: _none, ...operation } = update;
      return [operation];
    }
  }
}

/** Carries out an update. A point that is missing is told to those who wait; the others were changed all the same. */
export async function runUpdate(collection: Collection, update: Update, wait: boolean): Promise<UpdateResult> {
  if (update.shardKey !== undefined) {
    throw wrongInput(`Shard key ${update.shardKey} not found`);
  }
  checkStrictUpdate(collection, update);
  let result: UpdateResult | undefined;
  for (const operation of operationsOf(collection, update)) {
    const { operationId, missing } = await collection.write(operation);
    if (missing !== undefined && wait) {
      throw notFound(`No point with id ${pointIdJson(missing).replaceAll('"', '')} found`);
    }
    result = { operation_id: operationId, status: wait ? 'completed' : 'acknowledged' };
  }
  if (result === undefined) {
    throw new RangeError(`an update of kind ${update.kind} has no operation`);
  }
  return result;
}

/** Carries out updates one after the other; the first that fails ends the call, and those before it stay. */
export async function runBatch(collection: Collection, updates: readonly Update[], wait: boolean): Promise<UpdateResult[]> {
  const results: UpdateResult[] = [];
  for (const update of updates) {
    results.push(await runUpdate(collection, update, wait));
  }
  return results;
}

import { setTimeout as delay } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { Failure } from '../contract/failure.ts';
import type { RunningSystem } from '../platform/platform.ts';

const lookEveryMs = 200;
/** A hundred thousand vectors take about half a minute on one core; a node that is throttled takes longer. */
const limitMs = 900_000;

/** Why a node is not settled yet; undefined when all its collections are. */
async function unsettled(url: string): Promise<string | undefined> {
  const client = new QdrantClient({ url, checkCompatibility: false });
  const { collections } = await client.getCollections();
  for (const { name } of collections) {
    const { status, optimizer_status: optimizer, indexed_vectors_count: indexed } = await client.getCollection(name);
    if (status === 'red') {
      throw new Failure('environment', 'index_not_built', `collection ${name} on ${url} is red: ${JSON.stringify(optimizer)}`, {
        hint: 'see the log of that vector node in the folder of the run',
      });
    }
    if (status !== 'green') {
      return `collection ${name} on ${url} is ${status} with ${indexed ?? 0} vectors indexed`;
    }
  }
  return undefined;
}

/**
 * Waits until every vector node has built the indexes of what it was given: a search that is measured while they are built is
 * slower than later, and on other variants by another amount. Answers the seconds that took.
 * @throws Failure `environment` (75) when a collection is red, or not green after a quarter of an hour.
 */
export async function settle({ vectorNodes }: Pick<RunningSystem, 'vectorNodes'>, signal: AbortSignal): Promise<number> {
  const startMs = performance.now();
  for (const { url } of vectorNodes) {
    for (let reason = await unsettled(url); reason !== undefined; reason = await unsettled(url)) {
      signal.throwIfAborted();
      if (performance.now() - startMs > limitMs) {
        throw new Failure('environment', 'index_not_built', `${reason} after ${limitMs / 1000} s`, {
          hint: 'give the vector tier more CPU, or measure a smaller corpus',
        });
      }
      await delay(lookEveryMs, undefined, { signal });
    }
  }
  return (performance.now() - startMs) / 1000;
}

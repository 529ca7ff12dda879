import type { Express } from 'express';
import { notImplemented } from '../errors.ts';

/** What Qdrant has and this node does not, by method and route. */
const routes: readonly (readonly [method: 'get' | 'put' | 'post' | 'patch' | 'delete', route: string, what: string])[] = [
  ['patch', '/collections/:collection', 'updates of a collection'],
  ['get', '/aliases', 'aliases'],
  ['get', '/collections/:collection/aliases', 'aliases'],
  ['post', '/collections/aliases', 'aliases'],
  ['put', '/collections/:collection/points/payload', 'overwriting payloads'],
  ['post', '/collections/:collection/points/payload', 'setting payloads'],
  ['post', '/collections/:collection/points/payload/delete', 'deleting keys of payloads'],
  ['post', '/collections/:collection/points/payload/clear', 'clearing payloads'],
  ['put', '/collections/:collection/points/vectors', 'updates of vectors'],
  ['post', '/collections/:collection/points/vectors/delete', 'deleting vectors'],
  ['post', '/collections/:collection/points/batch', 'batches of updates'],
  ['post', '/collections/:collection/points/query/batch', 'batches of queries'],
  ['post', '/collections/:collection/points/query/groups', 'grouped queries'],
  ['post', '/collections/:collection/points/search/batch', 'batches of searches'],
  ['post', '/collections/:collection/points/search/groups', 'grouped searches'],
  ['post', '/collections/:collection/points/search/matrix/pairs', 'distance matrices'],
  ['post', '/collections/:collection/points/search/matrix/offsets', 'distance matrices'],
  ['post', '/collections/:collection/points/recommend', 'recommendations'],
  ['post', '/collections/:collection/points/recommend/batch', 'recommendations'],
  ['post', '/collections/:collection/points/recommend/groups', 'recommendations'],
  ['post', '/collections/:collection/points/discover', 'discovery'],
  ['post', '/collections/:collection/points/discover/batch', 'discovery'],
  ['post', '/collections/:collection/facet', 'facets'],
  ['get', '/collections/:collection/optimizations', 'optimisation reports'],
  ['get', '/collections/:collection/cluster', 'clusters'],
  ['post', '/collections/:collection/cluster', 'clusters'],
  ['get', '/collections/:collection/shards', 'shard keys'],
  ['put', '/collections/:collection/shards', 'shard keys'],
  ['post', '/collections/:collection/shards/delete', 'shard keys'],
  ['get', '/snapshots', 'snapshots'],
  ['post', '/snapshots', 'snapshots'],
  ['get', '/snapshots/:snapshot', 'snapshots'],
  ['delete', '/snapshots/:snapshot', 'snapshots'],
  ['get', '/cluster', 'clusters'],
  ['get', '/cluster/telemetry', 'clusters'],
  ['post', '/cluster/recover', 'clusters'],
  ['delete', '/cluster/peer/:peer', 'clusters'],
  ['get', '/telemetry', 'telemetry'],
  ['get', '/issues', 'issue reports'],
  ['delete', '/issues', 'issue reports'],
];

/** Mounts the routes that answer 501 with the name of what is missing. They come after all served routes. */
export function mountUnimplemented(app: Express): void {
  for (const [method, route, what] of routes) {
    app[method](route, (request) => {
      throw notImplemented(`${what} (${request.method} ${route})`);
    });
  }
}

import type { Express } from 'express';
import { notImplemented } from '../errors.ts';

/** What Qdrant has and this node does not, by method and route. */
const routes: readonly (readonly [method: 'get' | 'put' | 'post' | 'patch' | 'delete', route: string, what: string])[] = [
  ['post', '/collections/:collection/points/search/matrix/pairs', 'distance matrices'],
  ['post', '/collections/:collection/points/search/matrix/offsets', 'distance matrices'],
  ['post', '/collections/:collection/points/recommend/groups', 'recommendations'],
  ['post', '/collections/:collection/points/discover', 'discovery'],
  ['post', '/collections/:collection/points/discover/batch', 'discovery'],
  ['get', '/snapshots', 'snapshots'],
  ['post', '/snapshots', 'snapshots'],
  ['get', '/snapshots/:snapshot', 'snapshots'],
  ['delete', '/snapshots/:snapshot', 'snapshots'],
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

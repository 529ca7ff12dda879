import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { createApp } from '../../runtime/server.ts';
import type { Catalogue } from '../catalogue.ts';
import type { SnapshotFolder } from '../storage/snapshot-folder.ts';
import { type ApiKeys, requireKey } from './access.ts';
import { mountAliases } from './aliases.ts';
import { answerError, answerUnknown, startClock } from './answer.ts';
import { readBody } from './body.ts';
import { mountCluster } from './cluster.ts';
import { mountCollections } from './collections.ts';
import { allowOrigins } from './cross-origin.ts';
import { mountMetrics } from './metrics.ts';
import { mountPoints } from './points.ts';
import { mountQueries } from './queries.ts';
import { RequestStatistics } from './request-statistics.ts';
import { mountService } from './service.ts';
import { mountSnapshots } from './snapshots.ts';
import { mountUnimplemented } from './unimplemented.ts';
import { mountUpload } from './upload.ts';

/** Qdrant answers neither HEAD nor OPTIONS, which Express would by itself. */
const refuseImpliedMethods: RequestHandler = (request, response, next) => {
  if (request.method === 'HEAD' || request.method === 'OPTIONS') {
    answerUnknown(request, response, next);
    return;
  }
  next();
};

/** Doubled slashes count as one. */
const mergeSlashes: RequestHandler = (request, _response, next) => {
  if (request.url.includes('//')) {
    const [path = '', ...query] = request.url.split('?');
    request.url = [path.replace(/\/{2,}/g, '/'), ...query].join('?');
  }
  next();
};

export interface VectorNodeParts {
  readonly catalogue: Catalogue;
  readonly snapshots: SnapshotFolder;
  readonly keys: ApiKeys;
  /** The number of this node, which nothing else here depends on. */
  readonly peerId: number;
  readonly logger: Logger;
}

/** The REST interface of a node that has read all its collections. */
export function createVectorNodeApp({ catalogue, snapshots, keys, peerId, logger }: VectorNodeParts): Express {
  const app = createApp();
  app.enable('case sensitive routing');
  const requests = new RequestStatistics((name) => catalogue.has(name));
  app.use(mergeSlashes, allowOrigins, refuseImpliedMethods, startClock, requests.measure, requireKey(keys));
  mountService(app, catalogue, requests);
  mountMetrics(app, catalogue, requests);
  mountUpload(app, catalogue, snapshots);
  app.use(readBody);
  mountCollections(app, catalogue);
  mountAliases(app, catalogue);
  mountCluster(app, catalogue, peerId);
  mountPoints(app, catalogue);
  mountQueries(app, catalogue);
  mountSnapshots(app, catalogue, snapshots, logger);
  mountUnimplemented(app);
  app.use(answerUnknown);
  app.use(answerError(logger));
  return app;
}

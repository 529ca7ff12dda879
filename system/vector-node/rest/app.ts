import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import { createMetrics } from '../../runtime/metrics.ts';
import { createApp } from '../../runtime/server.ts';
import type { Catalogue } from '../catalogue.ts';
import { writeJson } from '../json/write.ts';
import type { SnapshotFolder } from '../storage/snapshot-folder.ts';
import { identity } from '../version.ts';
import { answerError, answerUnknown, sendJson, startClock } from './answer.ts';
import { readBody } from './body.ts';
import { mountCollections } from './collections.ts';
import { mountPoints } from './points.ts';
import { mountQueries } from './queries.ts';
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

const plainText =
  (text: string): RequestHandler =>
  (_request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(text);
  };

/** The REST interface of a node that has read all its collections. */
export function createVectorNodeApp(catalogue: Catalogue, snapshots: SnapshotFolder, logger: Logger): Express {
  const app = createApp();
  app.enable('case sensitive routing');
  const metrics = createMetrics();
  new Gauge({
    name: 'collection_points',
    help: 'Points of each collection.',
    labelNames: ['id'],
    registers: [metrics.registry],
    collect() {
      this.reset();
      for (const { name, segment } of catalogue.collections) {
        this.set({ id: name }, segment.pointCount);
      }
    },
  });
  app.use(refuseImpliedMethods, startClock, metrics.measure);
  app.get('/', (_request, response) => {
    sendJson(response, 200, writeJson(identity));
  });
  app.get(['/healthz', '/livez'], plainText('healthz check passed'));
  app.get('/readyz', plainText('all shards are ready'));
  metrics.mount(app);
  mountUpload(app, catalogue, snapshots);
  app.use(readBody);
  mountCollections(app, catalogue);
  mountPoints(app, catalogue);
  mountQueries(app, catalogue);
  mountSnapshots(app, catalogue, snapshots, logger);
  mountUnimplemented(app);
  app.use(answerUnknown);
  app.use(answerError(logger));
  return app;
}

import { randomInt } from 'node:crypto';
import { vectorNodeEnvironmentSchema } from '../api/environment.ts';
import { runProcess } from '../runtime/process.ts';
import { listen } from '../runtime/server.ts';
import { Catalogue } from './catalogue.ts';
import { createVectorNodeApp } from './rest/app.ts';
import { CollectionDirectory } from './storage/collection-directory.ts';
import { systemDisk } from './storage/disk.ts';
import { lockFolder } from './storage/folder-lock.ts';
import { SnapshotFolder } from './storage/snapshot-folder.ts';
import { identity } from './version.ts';

/**
 * The embedded vector node: the part of Qdrant's REST interface that the search path uses, started with Qdrant's own variables.
 * It listens only when every collection has been read back, and does not start when one cannot be.
 */
await runProcess('vector-node', vectorNodeEnvironmentSchema, async ({ settings, logger, onClose }) => {
  const startedAtMs = performance.now();
  onClose(await lockFolder(settings.QDRANT__STORAGE__STORAGE_PATH));
  const directory = new CollectionDirectory(settings.QDRANT__STORAGE__STORAGE_PATH, {
    disk: systemDisk,
    logger,
    checkpointLogBytes: settings.VECTOR_NODE_CHECKPOINT_LOG_BYTES,
  });
  const catalogue = await Catalogue.open(directory);
  onClose(() => catalogue.close());
  const peerId = 1e15 + randomInt(2 ** 47);
  const snapshots = new SnapshotFolder(systemDisk, settings.QDRANT__STORAGE__SNAPSHOTS_PATH, peerId);
  await snapshots.open();
  // An empty key is none, as in the engine.
  const keys = { full: settings.QDRANT__SERVICE__API_KEY || undefined, readOnly: settings.QDRANT__SERVICE__READ_ONLY_API_KEY || undefined };
  const server = await listen(
    createVectorNodeApp({ catalogue, snapshots, keys, peerId, logger }),
    settings.QDRANT__SERVICE__HOST,
    settings.QDRANT__SERVICE__HTTP_PORT,
  );
  onClose(() => server.close());
  logger.info(
    {
      ...identity,
      port: server.port,
      collections: catalogue.collections.length,
      startedInMs: Math.round(performance.now() - startedAtMs),
      restored: catalogue.restored,
    },
    'ready',
  );
});

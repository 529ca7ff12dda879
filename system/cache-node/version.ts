import { readFileSync } from 'node:fs';

const { version: packageVersion } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/**
 * What `INFO server` and `HELLO` answer: the version of the Redis whose answers this node follows, which clients look at, and
 * a name that says that this is not Redis, as Valkey does it.
 */
export const identity = { redisVersion: '7.0.15', serverName: 'rag-testbed-cache-node', version: packageVersion } as const;

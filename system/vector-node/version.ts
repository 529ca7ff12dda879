import { readFileSync } from 'node:fs';

const { version: packageVersion } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** The Qdrant whose REST answers this node follows; clients compare their own version with it. */
export const followedQdrantVersion = '1.18.3';

/** What `GET /` answers: the title that clients know, and a commit that says that this is not Qdrant. */
export const identity = {
  title: 'qdrant - vector search engine',
  version: followedQdrantVersion,
  commit: `embedded rag-testbed ${packageVersion}`,
};

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CacheReplay } from '../contract/cache-replay.ts';

export interface CacheReplayPaths {
  readonly report: string;
  readonly data: string;
}

/** Where a replay's files lie. */
export function cacheReplayPaths(folder: string): CacheReplayPaths {
  return { report: path.join(folder, 'report.html'), data: path.join(folder, 'cache-replay.json') };
}

/** Renders the report of a replay into its folder; the chart library is loaded only here. */
export async function writeCacheReplayReport(result: CacheReplay, folder: string): Promise<CacheReplayPaths> {
  const paths = cacheReplayPaths(folder);
  const { renderCacheReplayHtml } = await import('../../reports/cache-replay/html.ts');
  await writeFile(paths.report, await renderCacheReplayHtml(result));
  return paths;
}

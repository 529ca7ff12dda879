import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheReplaySchema } from '../contract/cache-replay.ts';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';
import { type Result, resultSchema } from '../contract/result.ts';
import { cacheReplayPaths, writeCacheReplayReport } from './cache-replay-files.ts';

export interface ReportPaths {
  readonly report: string;
  readonly summary: string;
  readonly picture: string;
  readonly data: string;
}

/** Where a run's reports lie. */
export function reportPaths(folder: string): ReportPaths {
  const inside = (name: string) => path.join(folder, name);
  return { report: inside('report.html'), summary: inside('summary.md'), picture: inside('percentiles.svg'), data: inside('result.json') };
}

/**
 * Loads the renderers. Only commands that render pay for the chart library; a run loads them before anything can
 * interrupt it, because Ctrl-C also ends the process that compiles modules for us.
 */
export async function loadRenderers() {
  const [{ renderHtml }, { renderMarkdown }, { renderPercentilesSvg }] = await Promise.all([
    import('../../reports/html/index.ts'),
    import('../../reports/markdown.ts'),
    import('../../reports/percentiles-svg.ts'),
  ]);
  return { renderHtml, renderMarkdown, renderPercentilesSvg };
}

/** Renders every report of a result into its folder. */
export async function writeReports(result: Result, folder: string): Promise<ReportPaths> {
  const paths = reportPaths(folder);
  const { renderHtml, renderMarkdown, renderPercentilesSvg } = await loadRenderers();
  const [html, picture] = await Promise.all([renderHtml(result), renderPercentilesSvg(result)]);
  await Promise.all([writeFile(paths.report, html), writeFile(paths.picture, picture), writeFile(paths.summary, renderMarkdown(result))]);
  return paths;
}

/** The JSON of a result file. Throws `Failure`: `no_result` (64) where it cannot be read, `invalid_result` (78) where it is none. */
export async function readResult(data: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(data, 'utf8');
  } catch (cause) {
    throw new Failure('usage', 'no_result', `${data} cannot be read: ${(cause as Error).message}`, {
      hint: 'name the folder of a finished run, such as out/<run id>',
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('configuration', 'invalid_result', `${data} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Renders again from `result.json` or `cache-replay.json` alone; returns the paths, one per line. */
export async function renderAgain(folder: string): Promise<string> {
  const replay = cacheReplayPaths(folder);
  if (existsSync(replay.data)) {
    const { report } = await writeCacheReplayReport(parseOrFail(cacheReplaySchema, await readResult(replay.data), replay.data), folder);
    return `${report}\n`;
  }
  const { data } = reportPaths(folder);
  const value = await readResult(data);
  const paths = await writeReports(parseOrFail(resultSchema, value, data), folder);
  return `${paths.report}\n${paths.summary}\n${paths.picture}\n`;
}

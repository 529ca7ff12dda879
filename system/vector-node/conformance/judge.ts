import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { differences } from './compare.ts';
import { readMetricFamilies } from './metric-families.ts';
import type { Json, RecordedCase } from './recording.ts';
import type { Answer } from './send.ts';
import { filled, type Variables } from './variables.ts';

/** Headers that the recordings keep: one that is not recorded must be absent. `vary` is recorded with cross-origin answers only. */
const judgedHeaders = ['content-type', 'content-encoding', 'content-disposition', 'retry-after', 'allow', 'location', 'www-authenticate'];
const isJudged = (name: string) => judgedHeaders.includes(name) || name.startsWith('access-control-');
const listHeaders = ['vary', 'access-control-allow-methods', 'access-control-allow-headers'];

const sortedList = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .sort()
    .join(', ');

function headerDifferences(expected: Readonly<Record<string, Json>>, answer: Answer, variables: Variables): string[] {
  const actual = Object.fromEntries(
    Object.entries(answer.headers)
      .filter(([name]) => isJudged(name) || name in expected)
      .map(([name, value]) => [name, listHeaders.includes(name) ? sortedList(value) : value]),
  );
  return differences(filled(expected, variables), actual, {}, 'headers');
}

/** Parses JSON with integers beyond 2^53 as bigints. */
export function parseExact(text: string): unknown {
  const reviver = (_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context.source !== undefined && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

function bodyDifferences(recorded: RecordedCase, answer: Answer, variables: Variables): string[] {
  const { body, bodyText, bytes, metrics } = recorded.response;
  if (recorded.view === 'status') {
    return [];
  }
  if (metrics !== undefined) {
    return differences(metrics, readMetricFamilies(answer.body.toString('utf8')), {}, 'metrics');
  }
  if (bytes !== undefined) {
    const actual = { size: answer.body.length, sha256: createHash('sha256').update(answer.body).digest('hex') };
    return differences(filled({ ...bytes }, variables), actual, {}, 'bytes');
  }
  const text = (recorded.view === 'gzip' ? gunzipSync(answer.body) : answer.body).toString('utf8');
  if (body === undefined) {
    return differences(filled(bodyText ?? '', variables), text, {}, 'body text');
  }
  let parsed: unknown;
  try {
    parsed = parseExact(text);
  } catch {
    return [`expected JSON, got ${JSON.stringify(text.slice(0, 200))}`];
  }
  return differences(filled(body, variables), parsed, {
    ...(recorded.unordered === undefined ? {} : { unordered: recorded.unordered }),
    ...(recorded.view === 'shape' ? { shapeBelow: 'result' } : {}),
  });
}

/** What keeps an answer from being the recorded one; none when it is. */
export function judge(recorded: RecordedCase, answer: Answer, variables: Variables): string[] {
  const { status, headers } = recorded.response;
  const wrongStatus =
    answer.status === status ? [] : [`expected status ${status}, got ${answer.status} ${answer.body.toString('utf8', 0, 300)}`];
  if (wrongStatus.length > 0) {
    return wrongStatus;
  }
  return [...headerDifferences(headers, answer, variables), ...bodyDifferences(recorded, answer, variables)];
}

import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { expect, test } from 'vitest';
import { familyText } from './exposition.ts';
import { RequestStatistics } from './request-statistics.ts';

test('requests are counted by method, pattern, status and collection, and never by path', () => {
  const statistics = new RequestStatistics((name) => name === 'docs');
  const send = (collection: string, route: string | undefined, statusCode: number) => {
    const response = Object.assign(new EventEmitter(), { statusCode });
    const request = { method: 'GET', params: { collection }, route: route === undefined ? undefined : { path: route } };
    statistics.measure(request as unknown as Request, response as unknown as Response, () => undefined);
    response.emit('finish');
  };
  for (const id of ['docs', 'docs', 'missing', 'other']) {
    send(id, '/collections/:collection/points/:id', 200);
  }
  send('docs', '/collections/:collection/points/:id', 404);
  send('docs', undefined, 404);
  const endpoint = '/collections/{name}/points/{id}';
  expect(statistics.totals.map(({ endpoint: pattern, status, count }) => [pattern, status, count])).toEqual([
    [endpoint, 200, 4],
    [endpoint, 404, 1],
  ]);
  expect(statistics.series.map(({ collection, count }) => [collection, count])).toEqual([
    ['docs', 2],
    [undefined, 2],
    ['docs', 1],
  ]);
  const [total] = statistics.totals;
  expect(total?.buckets.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(total?.leastSeconds).toBeLessThanOrEqual(total?.greatestSeconds ?? 0);
});

test('labels are escaped', () => {
  expect(
    familyText('m', 'gauge', 'help', [
      { labels: { id: 'a"b\\c\nd' }, value: 1 },
      { labels: {}, value: 2, suffix: '_sum' },
    ]),
  ).toBe('# HELP m help\n# TYPE m gauge\nm{id="a\\"b\\\\c\\nd"} 1\nm_sum 2\n');
});

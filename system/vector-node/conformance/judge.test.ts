import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';
import { readMetricFamilies } from './metric-families.ts';
import { readNotClaimed } from './not-claimed.ts';
import type { RecordedCase, RecordedResponse } from './recording.ts';
import { type Answer, spacedJson } from './send.ts';
import { filled } from './variables.ts';

const request = { method: 'GET', path: '/' };
const recorded = (response: Partial<RecordedResponse>, view?: RecordedCase['view']): RecordedCase => ({
  id: 'a.b',
  title: '',
  level: 'core',
  request,
  response: { status: 200, headers: {}, ...response },
  ...(view === undefined ? {} : { view }),
});
const answer = (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Answer => ({
  status,
  headers,
  body: Buffer.from(body),
});
const variables = new Map<string, string | number | Buffer>([
  ['name', 'x'],
  ['peer', 7],
]);

describe('answers', () => {
  test.each<[string, RecordedCase, Answer, boolean]>([
    ['an equal body', recorded({ body: { a: 1 } }), answer('{"a":1}'), true],
    ['another status', recorded({ body: { a: 1 } }), answer('{"a":1}', {}, 201), false],
    ['no JSON', recorded({ body: { a: 1 } }), answer('a'), false],
    ['an empty body', recorded({}), answer(''), true],
    ['a body where there is none', recorded({}), answer(' '), false],
    ['a text', recorded({ bodyText: 'hello {{name}}' }), answer('hello x'), true],
    ['a header', recorded({ headers: { 'content-type': 'text/plain' } }), answer('', { 'content-type': 'text/plain' }), true],
    ['a missing header', recorded({ headers: { 'content-type': 'text/plain' } }), answer(''), false],
    ['a header that is not recorded', recorded({}), answer('', { allow: 'GET' }), false],
    ['a header that is not judged', recorded({}), answer('', { date: 'today', vary: 'Origin' }), true],
    ['a list header in another order', recorded({ headers: { vary: 'A, B' } }), answer('', { vary: 'B, A' }), true],
    ['compressed', recorded({ body: { a: 1 } }, 'gzip'), answer(gzipSync('{"a":1}')), true],
    ['status only', recorded({}, 'status'), answer('anything'), true],
    ['bytes', recorded({ bytes: { size: 2, sha256: createHash('sha256').update('ab').digest('hex') } }, 'binary'), answer('ab'), true],
    [
      'other bytes',
      recorded({ bytes: { size: 2, sha256: createHash('sha256').update('ab').digest('hex') } }, 'binary'),
      answer('ac'),
      false,
    ],
    [
      'metrics',
      recorded({ metrics: [{ name: 'm', type: 'gauge', labels: ['id'] }] }, 'metrics'),
      answer('# TYPE m gauge\nm{id="a"} 1\n'),
      true,
    ],
    [
      'metrics with another label',
      recorded({ metrics: [{ name: 'm', type: 'gauge', labels: ['id'] }] }),
      answer('# TYPE m gauge\nm 1\n'),
      false,
    ],
  ])('%s', (_title, expected, actual, isMatch) => {
    expect(judge(expected, actual, variables).length === 0).toBe(isMatch);
  });
});

test('names in double braces are filled in, in texts and keys, and as numbers', () => {
  expect(filled({ '{{name}}': ['{{#peer}}', 'a-{{peer}}'] }, variables)).toEqual({ x: [7, 'a-7'] });
  expect(() => filled('{{nobody}}', variables)).toThrow('no captured text or number is named "nobody"');
});

test('bodies are written with spaces after commas and colons', () => {
  expect(spacedJson({ a: [1, 'b, c'], d: null })).toBe('{"a": [1, "b, c"], "d": null}');
});

test('families of metrics have the labels of all their samples', () => {
  const text =
    '# HELP h x\n# TYPE h histogram\nh_bucket{le="1",m="GET"} 1\nh_sum{m="GET"} 2\nh_count{m="GET"} 1\n# TYPE a_count gauge\na_count 1\n';
  expect(readMetricFamilies(text)).toEqual([
    { name: 'a_count', type: 'gauge', labels: [] },
    { name: 'h', type: 'histogram', labels: ['le', 'm'] },
  ]);
  expect(() => readMetricFamilies('lonely 1')).toThrow('lonely has no TYPE line');
});

test('what is not claimed is read from the tables below its heading', () => {
  const text = '# x\n| `not.this` | no |\n\n## Not claimed\n\n### Strict mode\n\n| case | why |\n|---|---|\n| `a.b-c` | because |\n';
  expect([...readNotClaimed(text)]).toEqual([['a.b-c', 'because']]);
  expect(() => readNotClaimed(`${text}| \`a.b-c\` | again |\n`)).toThrow('twice');
  expect(() => readNotClaimed('nothing')).toThrow('no heading');
});

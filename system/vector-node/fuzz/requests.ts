import fc, { type Arbitrary } from 'fast-check';
import {
  aliasAction,
  created,
  indexed,
  merged,
  optional,
  points,
  query,
  readOptions,
  search,
  selector,
  settings,
  update,
  upsert,
} from './bodies.ts';
import { type CollectionShape, collections, filter, id, ids, type Json, keys, payload, withPayload, withVector } from './values.ts';
import { slightlyWrong, unusualName, veryWrong } from './wrong.ts';

/** One request to send; a path that is percent-encoded, and a body as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
}

/** A route, and the bodies that are right for it; without bodies it takes none. */
interface Route {
  readonly weight?: number;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: Arbitrary<string>;
  readonly body?: Arbitrary<Json>;
}

/** Where snapshots are said to be; nothing here leaves the machine. */
const location = fc.constantFrom(
  'file:///etc/hostname',
  'file:///nowhere',
  'http://127.0.0.1:9/x.snapshot',
  'ftp://127.0.0.1/x',
  'snapshot',
  '{own}/collections/plain/snapshots/nope.snapshot',
  '{own}/collections/plain',
);

function routesOf(shape: CollectionShape): readonly Route[] {
  const below = (rest: string) => fc.constantFrom(`/collections/${shape}${rest}`);
  const batch = (one: Arbitrary<Json>) => fc.array(one, { maxLength: 3 }).map((searches) => ({ searches }) as Json);
  return [
    { weight: 12, method: 'PUT', path: below('/points'), body: upsert(shape) },
    { weight: 10, method: 'POST', path: below('/points/query'), body: query(shape) },
    { weight: 2, method: 'POST', path: below('/points/query/batch'), body: batch(query(shape)) },
    {
      weight: 2,
      method: 'POST',
      path: below('/points/query/groups'),
      body: merged(query(shape), fc.record({ group_by: keys, group_size: fc.nat(4) }) as Arbitrary<Json>),
    },
    { weight: 4, method: 'POST', path: below('/points/search'), body: search(shape) },
    { method: 'POST', path: below('/points/search/batch'), body: batch(search(shape)) },
    { weight: 4, method: 'POST', path: below('/points/scroll'), body: optional({ ...readOptions(shape), offset: id }) },
    { weight: 3, method: 'POST', path: below('/points/count'), body: optional({ filter, exact: fc.boolean() }) },
    {
      weight: 2,
      method: 'POST',
      path: below('/points'),
      body: fc.record({ ids, with_payload: withPayload, with_vector: withVector(shape) }) as Arbitrary<Json>,
    },
    { weight: 3, method: 'POST', path: below('/points/delete'), body: selector },
    { weight: 2, method: 'POST', path: below('/points/payload'), body: merged(fc.record({ payload }) as Arbitrary<Json>, selector) },
    { method: 'PUT', path: below('/points/payload'), body: merged(fc.record({ payload }) as Arbitrary<Json>, selector) },
    {
      method: 'POST',
      path: below('/points/payload/delete'),
      body: merged(fc.record({ keys: fc.array(keys, { maxLength: 2 }) }) as Arbitrary<Json>, selector),
    },
    { method: 'POST', path: below('/points/payload/clear'), body: selector },
    { weight: 2, method: 'PUT', path: below('/points/vectors'), body: points(shape).map((each) => ({ points: each })) },
    { method: 'POST', path: below('/points/vectors/delete'), body: merged(fc.constant({ vector: ['other', 'words'] }), selector) },
    {
      weight: 2,
      method: 'POST',
      path: below('/points/batch'),
      body: fc.array(update(shape), { maxLength: 3 }).map((operations) => ({ operations })),
    },
    { weight: 2, method: 'GET', path: fc.nat(80).map((point) => `/collections/${shape}/points/${point}`) },
    { weight: 2, method: 'PUT', path: below('/index'), body: indexed },
    { method: 'DELETE', path: keys.map((key) => `/collections/${shape}/index/${encodeURIComponent(key)}`) },
    { method: 'GET', path: below('') },
    { method: 'GET', path: below('/exists') },
    { method: 'GET', path: below('/aliases') },
    { method: 'PATCH', path: below(''), body: settings },
    { method: 'GET', path: below('/cluster') },
    { method: 'POST', path: below('/facet'), body: fc.record({ key: keys }) as Arbitrary<Json> },
    { method: 'POST', path: below('/snapshots') },
    { method: 'GET', path: below('/snapshots') },
    {
      method: 'PUT',
      path: below('/snapshots/recover'),
      body: optional({ location, priority: fc.constantFrom('snapshot', 'replica') }, ['location']),
    },
  ];
}

const otherRoutes: readonly Route[] = [
  ...['/', '/healthz', '/readyz', '/metrics', '/telemetry', '/cluster', '/collections', '/aliases', '/snapshots', '/issues'].map(
    (path): Route => ({ method: 'GET', path: fc.constant(path) }),
  ),
  { weight: 2, method: 'PUT', path: fc.constant('/collections/made'), body: created },
  { method: 'PUT', path: fc.constant('/collections/plain'), body: fc.constant(collections.plain as Json) },
  { method: 'PUT', path: fc.constant('/collections/named'), body: fc.constant(collections.named as Json) },
  {
    weight: 2,
    method: 'DELETE',
    path: fc.constantFrom(...Array.from({ length: 6 }, () => '/collections/made'), '/collections/plain', '/collections/named'),
  },
  {
    weight: 2,
    method: 'POST',
    path: fc.constant('/collections/aliases'),
    body: fc.array(aliasAction, { maxLength: 3 }).map((actions) => ({ actions })),
  },
  { method: 'POST', path: unusualName.map((name) => `/collections/${name}/points/query`), body: query('plain') },
  { method: 'PUT', path: unusualName.map((name) => `/collections/${name}/points`), body: upsert('plain') },
  { method: 'GET', path: unusualName.map((name) => `/collections/plain/points/${name}`) },
  { method: 'GET', path: unusualName.map((name) => `/collections/${name}`) },
  { method: 'GET', path: unusualName.map((name) => `/collections/plain/snapshots/${name}`) },
  { method: 'DELETE', path: unusualName.map((name) => `/collections/plain/snapshots/${name}`) },
  { method: 'DELETE', path: unusualName.map((name) => `/collections/plain/index/${name}`) },
  { method: 'GET', path: unusualName.map((name) => `/${name}`) },
];

const queryText = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('', '?wait=true', '?wait=true') },
  fc.constantFrom(
    '?wait=false',
    '?timeout=5',
    '?timeout=0',
    '?timeout=-1',
    '?wait=maybe',
    '?wait=true&wait=false',
    '?consistency=all',
    '?ordering=weak',
    '?%zz=1',
    '?a[b]=c',
    '?consistency=9',
  ),
);

const upload: Arbitrary<FuzzRequest> = fc
  .tuple(fc.constantFrom('plain', 'made'), fc.uint8Array({ maxLength: 300 }), fc.constantFrom('snapshot', 'other'), fc.boolean(), fc.nat(9))
  .map(([name, bytes, field, isWhole, contentTypeOf]) => {
    const head = `--edge\r\ncontent-disposition: form-data; name="${field}"; filename="a"\r\ncontent-type: application/octet-stream\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(isWhole ? '\r\n--edge--\r\n' : '\r\n--ed')]);
    const contentType =
      contentTypeOf < 7 ? 'multipart/form-data; boundary=edge' : ['multipart/form-data', 'text/plain', undefined][contentTypeOf - 7];
    return { method: 'POST', path: `/collections/${name}/snapshots/upload?wait=true`, contentType, body };
  });

const sent = (value: Json) => Buffer.from(JSON.stringify(value) ?? 'null');

function requestOf({ method, path, body }: Route): Arbitrary<FuzzRequest> {
  const bodies: Arbitrary<Buffer | undefined> =
    body === undefined
      ? fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, veryWrong(fc.constant({})))
      : fc.oneof(
          { weight: 6, arbitrary: body.map(sent) },
          { weight: 2, arbitrary: slightlyWrong(body).map(sent) },
          { weight: 1, arbitrary: veryWrong(body) },
        );
  return fc
    .tuple(path, queryText, bodies, fc.constantFrom('application/json', 'application/json', 'text/plain', undefined))
    .map(([route, parameters, bytes, contentType]) => ({ method, path: `${route}${parameters}`, contentType, body: bytes }));
}

const anyMethod: Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.constantFrom('PATCH', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'),
    fc.constantFrom('/', '/collections', '/collections/plain/points', '/metrics'),
  )
  .map(([method, path]) => ({ method, path, contentType: undefined, body: undefined }));

/** Requests of every kind on every route: right, slightly wrong and very wrong. */
export const requests: Arbitrary<FuzzRequest> = fc.oneof(
  ...[...routesOf('plain'), ...routesOf('named'), ...otherRoutes].map((route) => ({
    weight: route.weight ?? 1,
    arbitrary: requestOf(route),
  })),
  { weight: 2, arbitrary: upload },
  { weight: 1, arbitrary: anyMethod },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integralFloat } from '../json/integral-float.ts';
import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { Payload } from '../points/payload-path.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import { type NumberedOperation, type Operation, type PointSelector, updateModes } from './operation.ts';
import { decodeOperation, encodeOperation } from './operation-codec.ts';

const ids = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), fc.uuid());
const names = fc.constantFrom('', 'dense', 'Bild 图');
// Payloads are as the reader of requests leaves them.
const payloads = fc
  .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })
  .map((payload) => JSON.stringify(payload))
  .filter((text) => !/__proto__|constructor/.test(text))
  .map((text) => readJson(Buffer.from(text)) as Payload);
const sparseVectors = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 6 })
  .map((indices) => ({ indices: Uint32Array.from(indices).sort(), values: Float32Array.from(indices, (index) => index / 3) }));
const pointVectors = fc.record(
  {
    id: ids,
    vectors: fc
      .array(fc.tuple(names, fc.float32Array({ minLength: 1, maxLength: 9 })), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    sparseVectors: fc.array(fc.tuple(names, sparseVectors), { minLength: 1, maxLength: 2 }).map((entries) => new Map(entries)),
  },
  { requiredKeys: ['id', 'vectors'] },
);
const points = fc
  .tuple(pointVectors, payloads)
  .map(([vectors, payload]): StoredPoint => ({ ...vectors, payload, payloadJson: writeJson(payload) }));
const somePoints = fc.array(points, { minLength: 1, maxLength: 5 });
const filter = { must: [{ has_id: [1, 2n ** 60n] }, { key: 'n', range: { gt: integralFloat(2) } }] };
const selectors: fc.Arbitrary<PointSelector> = fc.oneof(
  fc.array(ids).map((given): PointSelector => ({ kind: 'ids', ids: given })),
  fc.constant<PointSelector>({ kind: 'filter', filter }),
);
const keys = fc.array(fc.string());
const kind = <Kind extends Operation['kind']>(given: Kind) => fc.constant(given);
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: kind('upsert'), points: somePoints }),
  fc.record({
    kind: kind('conditionalUpsert'),
    points: somePoints,
    mode: fc.constantFrom(...updateModes),
    filter: fc.constantFrom(undefined, filter),
  }),
  fc.record({ kind: kind('deletePoints'), ids: fc.array(ids) }),
  fc.constant<Operation>({ kind: 'deleteWhere', filter }),
  fc.record({ kind: kind('setPayload'), selector: selectors, payload: payloads, key: fc.option(fc.string(), { nil: undefined }) }),
  fc.record({ kind: kind('overwritePayload'), selector: selectors, payload: payloads }),
  fc.record({ kind: kind('deletePayload'), selector: selectors, keys }),
  fc.record({ kind: kind('updateVectors'), points: fc.array(pointVectors, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: kind('deleteVectors'), selector: selectors, names: keys }),
  fc.constant<Operation>({ kind: 'createIndex', field: 'tenant', type: 'keyword', params: { type: 'keyword', is_tenant: true } }),
  fc.constant<Operation>({ kind: 'createIndex', field: 'n', type: 'integer', params: undefined }),
  fc.record({ kind: kind('deleteIndex'), field: fc.string() }),
);
const numbered: fc.Arbitrary<NumberedOperation> = fc.record({ operationId: fc.integer({ min: 1 }), operation: operations });

test('an operation comes back as it was logged', () => {
  fc.assert(
    fc.property(numbered, (operation) => {
      expect(decodeOperation(encodeOperation(operation))).toEqual(operation);
    }),
  );
});

test('a record that is cut short or has bytes too many is refused', () => {
  fc.assert(
    fc.property(numbered, fc.nat(), (operation, position) => {
      const record = encodeOperation(operation);
      expect(() => decodeOperation(record.subarray(0, position % record.length))).toThrow();
      expect(() => decodeOperation(Buffer.concat([record, Buffer.of(0)]))).toThrow(/bytes after its end/);
    }),
  );
});

test('an unknown kind of record is refused', () => {
  expect(() => decodeOperation(Buffer.of(99, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow('unknown kind of record 99');
});

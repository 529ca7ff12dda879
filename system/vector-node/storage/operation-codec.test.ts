import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { Payload } from '../points/payload-path.ts';
import type { NumberedOperation, Operation } from './operation.ts';
import { decodeOperation, encodeOperation } from './operation-codec.ts';

const ids = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), fc.uuid());
const names = fc.constantFrom('', 'dense', 'Bild 图');
// Payloads are as the reader of requests leaves them.
const payloads = fc
  .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })
  .map((payload) => JSON.stringify(payload))
  .filter((text) => !/__proto__|constructor/.test(text))
  .map((text) => readJson(Buffer.from(text)) as Payload);
const points = fc.record({
  id: ids,
  vectors: fc.array(fc.tuple(names, fc.float32Array({ minLength: 1, maxLength: 9 })), { maxLength: 3 }).map((entries) => new Map(entries)),
  payload: payloads,
});
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .array(points, { minLength: 1, maxLength: 5 })
    .map((given): Operation => ({ kind: 'upsert', points: given.map((point) => ({ ...point, payloadJson: writeJson(point.payload) })) })),
  fc.array(ids).map((given): Operation => ({ kind: 'deletePoints', ids: given })),
  fc.constant<Operation>({ kind: 'deleteWhere', filter: { must: [{ has_id: [1, 2n ** 60n] }] } }),
  fc.constant<Operation>({ kind: 'createIndex', field: 'tenant', type: 'keyword', params: { type: 'keyword', is_tenant: true } }),
  fc.constant<Operation>({ kind: 'createIndex', field: 'n', type: 'integer', params: undefined }),
  fc.string().map((field): Operation => ({ kind: 'deleteIndex', field })),
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

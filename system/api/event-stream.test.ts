import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventReader, dataText, eventText, type ServerSentEvent } from './event-stream.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function read(text: string): ServerSentEvent[] {
  return createEventReader().push(bytesOf(text));
}

describe('reading events', () => {
  test.each<[string, string, ServerSentEvent[]]>([
    ['a name and data', 'event: a\ndata: 1\n\n', [{ event: 'a', data: '1' }]],
    ['no name', 'data: 1\n\n', [{ event: 'message', data: '1' }]],
    ['several lines of data', 'data: 1\ndata:\ndata: 3\n\n', [{ event: 'message', data: '1\n\n3' }]],
    [
      'every kind of line end',
      'event: a\rdata: 1\r\rdata: 2\r\n\r\ndata: 3\n\n',
      [
        { event: 'a', data: '1' },
        { event: 'message', data: '2' },
        { event: 'message', data: '3' },
      ],
    ],
    [
      'one space after the colon is not data, a second one is',
      'data:  1\n\ndata:2\n\n',
      [
        { event: 'message', data: ' 1' },
        { event: 'message', data: '2' },
      ],
    ],
    ['comments, ids and unknown fields', ': hello\nid: 3\nretry: 5\nother: x\ndata: 1\n\n', [{ event: 'message', data: '1' }]],
    ['an event without data is none, and its name is forgotten', 'event: a\n\ndata: 1\n\n', [{ event: 'message', data: '1' }]],
    ['a field without a colon', 'data\n\n', [{ event: 'message', data: '' }]],
    ['a byte order mark', '\uFEFFdata: 1\n\n', [{ event: 'message', data: '1' }]],
    ['an event that is not completed', 'data: 1\n\nevent: b\ndata: 2\n', [{ event: 'message', data: '1' }]],
    ['nothing', '', []],
  ])('%s', (_name, text, events) => {
    expect(read(text)).toEqual(events);
  });

  test('what is longer than the limit is refused, in one line or in many, before it is complete', () => {
    expect(() => createEventReader(100).push(bytesOf(`data: ${'x'.repeat(200)}`))).toThrow(/longer than 100 characters/);
    expect(() => createEventReader(100).push(bytesOf('data: 0123456789\n'.repeat(20)))).toThrow(RangeError);
    expect(createEventReader(100).push(bytesOf('data: 0123456789\n\n'.repeat(20)))).toHaveLength(20);
  });
});

/** Streams with everything that may be in one, from texts that need several bytes and from every line end. */
const streams = fc
  .array(
    fc.record({
      field: fc.constantFrom('data: ', 'data:', 'event: ', ': ', 'id: ', 'data', ''),
      value: fc.string({ unit: fc.constantFrom('a', ':', ' ', 'ä', '文', '😀', '\uFEFF'), maxLength: 6 }),
      end: fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n'),
    }),
    { maxLength: 12 },
  )
  .map((lines) => lines.map(({ field, value, end }) => (field === '' ? end : field + value + end)).join(''));

test('any split of the bytes gives the same events', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(200), { maxLength: 20 }), (text, cuts) => {
      const bytes = bytesOf(text);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((left, right) => left - right), bytes.length];
      const reader = createEventReader();
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index] as number, end));
      expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(read(text));
    }),
  );
});

test('byte by byte is the same as at once', () => {
  fc.assert(
    fc.property(streams, (text) => {
      const reader = createEventReader();
      expect(Array.from(bytesOf(text)).flatMap((byte) => reader.push(Uint8Array.of(byte)))).toEqual(read(text));
    }),
  );
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()), { maxLength: 8 }), (values) => {
      const text = values.map(([event, value]) => eventText(event, value)).join('');
      expect(read(text)).toEqual(values.map(([event, value]) => ({ event, data: JSON.stringify(value) })));
    }),
  );
  expect(read(dataText('[DONE]'))).toEqual([{ event: 'message', data: '[DONE]' }]);
});

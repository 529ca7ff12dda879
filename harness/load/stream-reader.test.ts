import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorStatus } from '../../system/api/errors.ts';
import { dataText, eventText } from '../../system/api/event-stream.ts';
import { StreamReader } from './stream-reader.ts';

const none = new Uint8Array();
const bytesOf = (text: string) => Buffer.from(text, 'utf8');
const piece = (text: string) => eventText('generating', { text });
const chunk = (content?: string) => dataText(JSON.stringify({ choices: [{ index: 0, delta: content === undefined ? {} : { content } }] }));
const completed = eventText('completed', { answer: 'x' });
const done = dataText('[DONE]');

function readerOf(...texts: readonly string[]): StreamReader {
  const reader = new StreamReader();
  for (const [index, text] of texts.entries()) {
    reader.push(bytesOf(text), 1000 * (index + 1));
  }
  return reader;
}

/** A whole stream of either form and what it holds. */
const wholeStream = fc
  .record({ texts: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { maxLength: 12 }), chat: fc.boolean() })
  .map(({ texts, chat }) => ({
    tokens: texts.length,
    events: chat
      ? [chunk(), ...texts.map((text) => chunk(text)), chunk(''), done]
      : [eventText('processing', {}), ...texts.map(piece), completed],
    body: chat ? JSON.stringify({ choices: [{ index: 0, delta: { content: '' } }] }) : '{"answer":"x"}',
  }));

describe('a reader of streamed answers', () => {
  it('finds the same pieces, end and body however the bytes are cut', () => {
    fc.assert(
      fc.property(wholeStream, fc.array(fc.nat(2000), { maxLength: 30 }), ({ events, tokens, body }, cuts) => {
        const bytes = bytesOf(events.join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right), bytes.length];
        const reader = new StreamReader();
        for (const [index, end] of places.slice(1).entries()) {
          reader.push(bytes.subarray(places[index] as number, end), index);
        }
        expect(reader.tokens).toBe(tokens);
        expect(reader.gapsUs).toHaveLength(Math.max(0, tokens - 1));
        expect(reader.failureAtEnd(none)).toBeUndefined();
        expect(reader.body).toBe(body);
      }),
    );
  });

  it('times each piece by the arrival of its last byte: first and gaps add up to the last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { minLength: 1, maxLength: 20 }), (waits) => {
        const reader = new StreamReader();
        let nowUs = 0;
        const moments = waits.map((waitUs) => {
          const bytes = bytesOf(piece('x'));
          reader.push(bytes.subarray(0, 9), nowUs);
          nowUs += waitUs;
          reader.push(bytes.subarray(9), nowUs);
          return nowUs;
        });
        expect(reader.firstTokenUs).toBe(moments[0]);
        expect(reader.gapsUs).toEqual(moments.slice(1).map((moment, index) => moment - (moments[index] as number)));
      }),
    );
  });

  it('tells the first event of any kind, and the states in their order without repetitions', () => {
    const reader = new StreamReader();
    expect([reader.firstEventUs, reader.states]).toEqual([undefined, []]);
    const events = ['processing', 'retrieved', 'generating', 'generating', 'completed'];
    for (const [index, name] of events.entries()) {
      reader.push(bytesOf(eventText(name, { text: 'x' })), 100 + index);
    }
    expect(reader.firstEventUs).toBe(100);
    expect(reader.firstTokenUs).toBe(102);
    expect(reader.states).toEqual(['processing', 'retrieved', 'generating', 'completed']);
    const garbled = new StreamReader();
    for (const name of ['retrieved', 'processing', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'x'.repeat(100)]) {
      garbled.push(bytesOf(eventText(name, {})), 1);
    }
    expect(garbled.states).toEqual(['retrieved', 'processing', 'a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('calls a stream without its last event truncated, wherever it was cut', () => {
    fc.assert(
      fc.property(wholeStream, fc.nat(2000), ({ events }, cut) => {
        const bytes = bytesOf(events.join(''));
        // The blank line that ends the last event may be half there.
        const reader = new StreamReader();
        reader.push(bytes.subarray(0, cut % (bytes.length - 1)), 0);
        expect(reader.failureAtEnd(none)).toBe('truncated-stream');
        expect(reader.failureWhenCut('closed', { status: 200, body: Buffer.alloc(0) })).toBe('truncated-stream');
        expect(reader.failureWhenCut('reset', { status: 200, body: Buffer.alloc(0) })).toBe('truncated-stream');
        expect(reader.failureWhenCut('mismatch', { status: 200 })).toBe('mismatch');
        expect(reader.body).toBe('');
      }),
    );
  });

  it('calls a connection that was lost before or after the stream by what happened to it', () => {
    expect(readerOf().failureWhenCut('reset', {})).toBe('reset');
    expect(readerOf().failureWhenCut('closed', { status: 503 })).toBe('closed');
    expect(readerOf().failureWhenCut('closed', { status: 200, body: bytesOf('{"answer":') })).toBe('closed');
    expect(readerOf(piece('a'), completed).failureWhenCut('closed', { status: 200, body: Buffer.alloc(0) })).toBe('closed');
  });

  it.each(Object.entries(errorStatus))('an error event "%s" has the class of its status', (code, status) => {
    const body = { error: { code, message: 'no', request_id: 'r' } };
    const reader = readerOf(piece('a'), eventText('error', body));
    expect(reader.failureAtEnd(none)).toBe(status >= 500 ? 'http-5xx' : 'http-4xx');
    expect(reader.failureAtDeadline(1e9, 1e9)).toBe(reader.failureAtEnd(none));
    expect(JSON.parse(reader.body)).toEqual(body);
    expect(reader.tokens).toBe(1);
  });

  it.each([
    [{ code: 429 }, 'http-4xx'],
    [{ code: 502 }, 'http-5xx'],
    [{ type: 'invalid_request_error', code: null }, 'http-4xx'],
    [{ type: 'server_error', code: null }, 'http-5xx'],
    [{ message: 'unknown' }, 'http-5xx'],
  ])('an error of a provider, %o, is of %s', (error, failure) => {
    expect(readerOf(chunk('a'), dataText(JSON.stringify({ error }))).failureAtEnd(none)).toBe(failure);
  });

  it.each([
    ['a piece that is no JSON', [eventText('generating', {}).replace('{}', '{')]],
    ['a piece without text', [eventText('generating', { text: '' })]],
    ['a chunk that is no JSON', ['data: {\n\n']],
    ['an error that is no JSON', ['event: error\ndata: oops\n\n']],
    ['something after the last event', [completed, piece('a')]],
    ['something after the mark', [chunk('a'), done, chunk('b')]],
    ['an event without an end', ['data: ', 'x'.repeat(5 * 1024 * 1024)]],
  ])('%s is a mismatch, whatever follows', (_, texts) => {
    const reader = readerOf(piece('a'), ...texts);
    reader.push(bytesOf(completed), 1e6);
    expect(reader.failureAtEnd(none)).toBe('mismatch');
    expect(reader.failureAtDeadline(1e9, 1e9)).toBe('mismatch');
  });

  it('an answer that was no stream is a mismatch', () => {
    expect(readerOf().failureAtEnd(bytesOf('{}'))).toBe('mismatch');
  });

  it.each([
    ['pieces, then a second of silence', [piece('a')], 1_001_000, 60_000_000, 'stalled-stream'],
    ['pieces, one less than a second ago', [piece('a')], 1_000_999, 60_000_000, 'timeout'],
    ['a tenth of a short deadline', [piece('a')], 201_000, 2_000_000, 'stalled-stream'],
    ['less than 100 ms of a very short one', [piece('a')], 100_999, 500_000, 'timeout'],
    ['silence before the answer', [eventText('processing', {})], 50_000_000, 60_000_000, 'timeout'],
    ['silence after the last event', [piece('a'), completed], 50_000_000, 60_000_000, 'timeout'],
  ])('at the deadline: %s', (_, texts, nowUs, deadlineUs, failure) => {
    expect(readerOf(...texts).failureAtDeadline(nowUs, deadlineUs)).toBe(failure);
  });
});
